import type { KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'

/** A row of the server's Table (Name, Data, Age), or the whole object. */
export interface ConfigMap extends KubeObject {
  immutable?: boolean
  data?: Record<string, string>
  binaryData?: Record<string, string>
  cells?: unknown[]
}

/** What a server takes for one, keys not counted (pkg/apis/core MaxSecretSize, which ValidateConfigMap uses). */
const mostBytes = 1_048_576
const nearly = 0.9

function sizeOf({ data = {}, binaryData = {} }: ConfigMap): number {
  const text = new TextEncoder()
  const texts = Object.values(data).reduce((sum, value) => sum + text.encode(value).length, 0)
  // Four characters are three bytes.
  return Object.values(binaryData).reduce((sum, value) => sum + Math.floor((value.replace(/=+$/, '').length * 3) / 4), texts)
}

/** One that holds nothing is mostly a mistake, and one that is almost full refuses the next change. A list knows the first only. */
export function configMapStatus(map: ConfigMap): StatusWord | undefined {
  const { cells, data = {}, binaryData = {}, immutable } = map
  const keys = cells ? cells[1] : Object.keys(data).length + Object.keys(binaryData).length
  if (keys === 0) return { text: 'Empty', tone: 'muted' }
  if (cells) return undefined
  if (sizeOf(map) > nearly * mostBytes) return { text: 'NearlyFull', tone: 'warn' }
  return immutable ? { text: 'Immutable', tone: 'muted' } : undefined
}

export const configMapView = viewOf<ConfigMap>({
  namespaced: true,
  status: configMapStatus,
  statusWidth: 116,
  columns: [{ id: 'data', label: 'data', type: 'number', width: 80, cell: ({ cells }) => Number(cells?.[1] ?? 0) }],
  table: true,
})
