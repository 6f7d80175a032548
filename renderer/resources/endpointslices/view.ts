import type { StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'
import type { EndpointSlice } from '../services/types.ts'

export const serviceLabel = 'kubernetes.io/service-name'

/** How many of them take requests; a condition that is not there counts as met (discovery.k8s.io/v1 EndpointConditions). */
const readyOf = ({ endpoints }: EndpointSlice): [ready: number, all: number] => [
  (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length,
  endpoints?.length ?? 0,
]

export const endpointSliceStatus = (slice: EndpointSlice): StatusWord => readiness(...readyOf(slice))

/** Whether anybody answers, in the words of slices and Services. */
export function readiness(ready: number, all: number): StatusWord {
  if (all === 0) return { text: 'NoEndpoints', tone: 'warn' }
  if (ready === 0) return { text: 'NoneReady', tone: 'warn' }
  return ready === all ? { text: 'Ready', tone: 'ok' } : { text: 'PartlyReady', tone: 'busy' }
}

export const endpointSliceView = viewOf<EndpointSlice>({
  namespaced: true,
  status: endpointSliceStatus,
  columns: [
    { id: 'ready', label: 'ready', type: 'text', width: 72, cell: (s) => readyOf(s).join('/'), order: (s) => readyOf(s)[0] },
    { id: 'service', label: 'service', type: 'text', width: 180, cell: ({ metadata }) => metadata.labels?.[serviceLabel] ?? none },
    { id: 'addresstype', label: 'addressType', type: 'text', width: 110, cell: ({ addressType }) => addressType ?? '' },
    {
      id: 'ports',
      label: 'ports',
      type: 'mono',
      width: 124,
      cell: ({ ports }) => (ports ?? []).map(({ port }) => port ?? '*').join(',') || none,
    },
    {
      id: 'endpoints',
      label: 'endpoints',
      type: 'mono',
      width: 240,
      cell: ({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses).join(',') || none,
    },
  ],
})
