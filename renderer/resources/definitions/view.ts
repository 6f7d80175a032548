import type { Schema } from '../../tools/schema/schema.ts'
import type { Condition, KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export interface PrinterColumn {
  name: string
  type: string
  jsonPath: string
  priority?: number
}

export interface Definition extends KubeObject {
  spec?: {
    group?: string
    scope?: string
    names?: { kind?: string; plural?: string; shortNames?: string[]; categories?: string[] }
    versions?: {
      name: string
      served?: boolean
      storage?: boolean
      deprecated?: boolean
      additionalPrinterColumns?: PrinterColumn[]
      schema?: { openAPIV3Schema?: Schema }
    }[]
  }
  status?: { conditions?: Condition[]; storedVersions?: string[] }
}

/** What keeps it from being served comes first, then what its author should mend. */
export function definitionStatus({ status: told }: Definition): StatusWord {
  const is = (type: string, status: string): Condition | undefined =>
    told?.conditions?.find((condition) => condition.type === type && condition.status === status)
  const refused = is('NamesAccepted', 'False')
  if (refused) return { text: refused.reason || 'NamesNotAccepted', tone: 'bad' }
  if (!is('Established', 'True')) return { text: 'NotEstablished', tone: 'busy' }
  return is('NonStructuralSchema', 'True') ? { text: 'NonStructuralSchema', tone: 'warn' } : { text: 'Established', tone: 'ok' }
}

export const definitionView = viewOf<Definition>({
  status: definitionStatus,
  columns: [
    { id: 'kind', label: 'kind', type: 'text', width: 170, cell: ({ spec }) => spec?.names?.kind ?? none },
    { id: 'group', label: 'group', type: 'text', width: 200, cell: ({ spec }) => spec?.group ?? none },
    { id: 'scope', label: 'scope', type: 'text', width: 110, cell: ({ spec }) => spec?.scope ?? none },
    {
      id: 'versions',
      label: 'versions',
      type: 'text',
      width: 140,
      cell: ({ spec }) => (spec?.versions ?? []).flatMap(({ name, served }) => (served ? [name] : [])).join(', ') || none,
    },
  ],
  // Schemas may be megabytes.
  keeps: ['spec.group', 'spec.scope', 'spec.names.kind', 'spec.versions.name', 'spec.versions.served', 'status.conditions'],
  trim: ({ metadata, spec, status }) => ({
    metadata,
    spec: {
      group: spec?.group,
      scope: spec?.scope,
      names: { kind: spec?.names?.kind },
      versions: spec?.versions?.map(({ name, served }) => ({ name, served })),
    },
    status: { conditions: status?.conditions },
  }),
})
