import type { Condition, KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export const group = 'flowcontrol.apiserver.k8s.io'

export interface FlowSchema extends KubeObject {
  spec?: {
    matchingPrecedence?: number
    priorityLevelConfiguration?: { name: string }
    distinguisherMethod?: { type: string }
    rules?: {
      subjects?: { kind: string; user?: { name: string }; group?: { name: string }; serviceAccount?: { namespace: string; name: string } }[]
      resourceRules?: { verbs?: string[]; apiGroups?: string[]; resources?: string[]; namespaces?: string[]; clusterScope?: boolean }[]
      nonResourceRules?: { verbs?: string[]; nonResourceURLs?: string[] }[]
    }[]
  }
  status?: { conditions?: Condition[] }
}

export interface PriorityLevel extends KubeObject {
  spec?: {
    type?: string
    limited?: {
      nominalConcurrencyShares?: number
      lendablePercent?: number
      borrowingLimitPercent?: number
      limitResponse?: { type: string; queuing?: { queues?: number; handSize?: number; queueLengthLimit?: number } }
    }
    exempt?: { nominalConcurrencyShares?: number; lendablePercent?: number }
  }
  status?: { conditions?: Condition[] }
}

export interface PriorityClass extends KubeObject {
  /** A whole number of 32 bits; what has more digits would come as a bigint. */
  value?: number
  globalDefault?: boolean
  preemptionPolicy?: string
  description?: string
}

/** A schema without its level sends nobody anywhere. */
export function schemaStatus({ status }: FlowSchema): StatusWord {
  const dangling = status?.conditions?.find(({ type }) => type === 'Dangling')
  if (!dangling) return { text: 'NotObserved', tone: 'muted' }
  return dangling.status === 'True' ? { text: 'Dangling', tone: 'bad' } : { text: dangling.reason || 'Found', tone: 'ok' }
}

/** A level without shares lets nothing through but what it borrows: the API's way to hold somebody's requests back. */
export function levelStatus({ spec }: PriorityLevel): StatusWord {
  if (spec?.type === 'Exempt') return { text: 'Exempt', tone: 'muted' }
  if (spec?.limited?.nominalConcurrencyShares === 0) return { text: 'NoShares', tone: 'warn' }
  return { text: spec?.type ?? 'Limited', tone: 'ok' }
}

export function classStatus({ globalDefault, preemptionPolicy }: PriorityClass): StatusWord {
  if (globalDefault) return { text: 'GlobalDefault', tone: 'ok' }
  return preemptionPolicy === 'Never' ? { text: 'NonPreempting', tone: 'muted' } : { text: 'Preempting', tone: 'ok' }
}

export const schemaView = viewOf<FlowSchema>({
  status: schemaStatus,
  columns: [
    {
      id: 'prioritylevel',
      label: 'priorityLevel',
      type: 'text',
      width: 180,
      link: `prioritylevelconfigurations.${group}`,
      cell: ({ spec }) => spec?.priorityLevelConfiguration?.name ?? none,
    },
    { id: 'matchingprecedence', label: 'precedence', type: 'number', width: 110, cell: ({ spec }) => spec?.matchingPrecedence ?? null },
    {
      id: 'distinguishermethod',
      label: 'distinguisher',
      type: 'text',
      width: 120,
      cell: ({ spec }) => spec?.distinguisherMethod?.type ?? none,
    },
  ],
})

export const levelView = viewOf<PriorityLevel>({
  status: levelStatus,
  columns: [
    {
      id: 'nominalconcurrencyshares',
      label: 'shares',
      type: 'number',
      width: 110,
      cell: ({ spec }) => (spec?.limited ?? spec?.exempt)?.nominalConcurrencyShares ?? null,
    },
    {
      id: 'response',
      label: 'response',
      type: 'text',
      width: 120,
      cell: ({ spec }) => spec?.limited?.limitResponse?.type ?? none,
    },
    { id: 'queues', label: 'queues', type: 'number', width: 90, cell: ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues ?? null },
  ],
})

export const classView = viewOf<PriorityClass>({
  status: classStatus,
  columns: [
    { id: 'value', label: 'value', type: 'number', width: 130, cell: ({ value }) => (value === undefined ? null : Number(value)) },
    { id: 'description', label: 'description', type: 'text', width: 320, cell: ({ description }) => description ?? '' },
  ],
})

export const priorityViews = {
  [`flowschemas.${group}`]: schemaView,
  [`prioritylevelconfigurations.${group}`]: levelView,
  'priorityclasses.scheduling.k8s.io': classView,
}
