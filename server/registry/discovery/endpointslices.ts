import {
  defaultEndpointSlice,
  dropTopology,
  sliceOf,
  validateEndpointSlice,
  validateEndpointSliceUpdate,
} from '../../apis/discovery/v1/endpointslice.ts'
import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import { since } from '../../machinery/duration.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy } from '../generic/strategy.ts'
import { columns, firstThree } from '../generic/table-columns.ts'

const content = ({ metadata: _, ...rest }: KubeObject): object => rest

const strategy: Strategy = {
  default: (obj) => defaultEndpointSlice(sliceOf(obj)),
  prepareForCreate(obj, ctx) {
    obj.metadata.generation = 1
    dropTopology(sliceOf(obj), undefined)
    if (sliceOf(obj).addressType === 'FQDN') ctx.warn('spec.addressType: FQDN endpoints are deprecated')
  },
  // The server's own write is about itself, and it may listen on loopback only, which no client may claim.
  validate: (obj, ctx) => (ctx.requestGroup === undefined ? [] : validateEndpointSlice(sliceOf(obj))),
  // Labels count too: they say which service the slice is of.
  prepareForUpdate(obj, old) {
    const same = semanticEqual(content(obj), content(old)) && semanticEqual(obj.metadata.labels, old.metadata.labels, 'labels')
    if (!same) obj.metadata.generation = (old.metadata.generation ?? 0) + 1
    dropTopology(sliceOf(obj), sliceOf(old))
  },
  validateUpdate: (obj, old, ctx) => (ctx.requestGroup === undefined ? [] : validateEndpointSliceUpdate(sliceOf(obj), sliceOf(old))),
}

export const endpointslices: BuiltInKind = {
  group: 'discovery.k8s.io',
  resource: 'endpointslices',
  strategy,
  table: {
    columns: columns('Name|AddressType|Ports|Endpoints|Age'),
    cells(o, now) {
      const { metadata, addressType = '', ports, endpoints } = sliceOf(o)
      const portTexts = (ports ?? []).map((p) => (p.port === undefined ? (p.name ?? '*') : String(p.port)))
      const addresses = (endpoints ?? []).flatMap((e) => e.addresses ?? [])
      return [
        metadata.name ?? '',
        addressType,
        firstThree(portTexts, '<unset>'),
        firstThree(addresses, '<unset>'),
        since(metadata.creationTimestamp, now),
      ]
    },
  },
}
