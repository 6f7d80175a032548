import {
  defaultEndpoints,
  endpointsOf,
  validateEndpoints,
  validateEndpointsUpdate,
  type Endpoints,
} from '../../../apis/core/v1/endpoints.ts'
import { since } from '../../../machinery/duration.ts'
import type { BuiltInKind } from '../../definition.ts'
import { columns, firstThree } from '../../tables/columns.ts'

function addressesText({ subsets }: Endpoints): string {
  if (!subsets?.length) return '<none>'
  const list: string[] = []
  for (const { addresses = [], ports } of subsets) {
    if (!ports?.length) list.push(...addresses.map((a) => a.ip ?? ''))
    else for (const p of ports) list.push(...addresses.map(({ ip = '' }) => `${ip.includes(':') ? `[${ip}]` : ip}:${p.port ?? 0}`))
  }
  return firstThree(list)
}

export const endpoints: BuiltInKind = {
  group: '',
  resource: 'endpoints',
  strategy: {
    default: (obj) => defaultEndpoints(endpointsOf(obj)),
    // The server's own write is about itself, and it may listen on loopback only, which no client may claim.
    validate: (obj, ctx) => (ctx.requestGroup === undefined ? [] : validateEndpoints(endpointsOf(obj))),
    validateUpdate: (obj, old, ctx) => (ctx.requestGroup === undefined ? [] : validateEndpointsUpdate(endpointsOf(obj), endpointsOf(old))),
  },
  table: {
    columns: columns('Name|Endpoints|Age'),
    cells: (o, now) => [o.metadata.name ?? '', addressesText(endpointsOf(o)), since(o.metadata.creationTimestamp, now)],
  },
}
