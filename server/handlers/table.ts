import { apiVersionOf, type KubeObject } from '../machinery/types.ts'
import { badRequest } from '../machinery/status.ts'
import type { ServedResource } from '../registry/generic/resource.ts'

/** What each row carries besides its cells (metav1.TableOptions). */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

export function includeObjectOf(text: string | undefined): IncludeObject {
  if (text === undefined || text === '') return 'Metadata'
  if (text === 'None' || text === 'Metadata' || text === 'Object') return text
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(text)}`)
}

export interface ColumnDefinition {
  name: string
  type: string
  format: string
  description: string
  priority: number
}

const MEMO = new WeakMap<ServedResource, ColumnDefinition[]>()

export function tableColumns(served: ServedResource): ColumnDefinition[] {
  let columns = MEMO.get(served)
  if (columns === undefined) {
    columns = served.table.columns.map((c) => ({
      name: c.name,
      type: c.type,
      format: c.format ?? '',
      description: c.description ?? '',
      priority: c.priority ?? 0,
    }))
    MEMO.set(served, columns)
  }
  return columns
}

/** @param metaVersion apiVersion of the PartialObjectMetadata in the row */
export function tableRow(served: ServedResource, obj: KubeObject, include: IncludeObject, now: number, metaVersion: string): unknown {
  const cells = served.table.cells(obj, now)
  if (include === 'None') return { cells, object: null }
  if (include === 'Metadata') return { cells, object: { kind: 'PartialObjectMetadata', apiVersion: metaVersion, metadata: obj.metadata } }
  const { kind: _k, apiVersion: _a, ...rest } = obj
  return { cells, object: { kind: served.facts.kind, apiVersion: apiVersionOf(served.facts.group, served.facts.version), ...rest } }
}
