import { defaultEndpoints, endpointsOf, validateEndpoints, validateEndpointsUpdate, type Endpoints } from '../../apis/core/v1/endpoints.ts'
import { since } from '../../machinery/duration.ts'
import type { BuiltInKind } from '../definition.ts'
import { columns } from '../generic/table-columns.ts'

function addressesText({ subsets }: Endpoints): string {
  if (!subsets?.length) return '<none>'
  const shown: string[] = []
  let count = 0
  for (const { addresses = [], ports } of subsets) {
    for (const port of ports?.length ? ports : [undefined]) {
      for (const { ip = '' } of addresses.slice(0, SHOWN - shown.length))
        shown.push(port === undefined ? ip : `${ip.includes(':') ? `[${ip}]` : ip}:${port.port ?? 0}`)
      count += addresses.length
    }
  }
  const text = shown.join(',')
  return count > SHOWN ? `${text} + ${count - SHOWN} more...` : text || '<none>'
}

const SHOWN = 3

export const endpoints: BuiltInKind = {
  group: '',
  resource: 'endpoints',
  strategy: {
    allowCreateOnUpdate: true,
    default: (obj) => defaultEndpoints(endpointsOf(obj)),
    // The server's own write is about itself, and it may listen on loopback only, which no client may claim.
    validate: (obj, ctx) => (ctx.requestGroup === undefined ? [] : validateEndpoints(endpointsOf(obj))),
    validateUpdate: (obj, old, ctx) => (ctx.requestGroup === undefined ? [] : validateEndpointsUpdate(endpointsOf(obj), endpointsOf(old))),
  },
  table: {
    columns: columns('Name|Endpoints|Age'),
    cells: (o, now) => [o.metadata.name ?? '', addressesText(endpointsOf(o)), since(o.metadata.creationTimestamp, now)],
  },
  warnings: { deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice' },
  storage: { prefix: 'services/endpoints' },
}
