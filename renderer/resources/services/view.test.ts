import { expect, test } from 'vitest'
import type { EndpointSlice, ListedService } from './types.ts'
import { serviceStatus, serviceView } from './view.ts'

const service = (name: string, spec: ListedService['spec'] = { selector: { app: name } }): ListedService => ({
  metadata: { name, namespace: 'shop' },
  spec,
})
const slice = (of: string, endpoints: EndpointSlice['endpoints'], namespace = 'shop'): EndpointSlice => ({
  metadata: { name: `${of}-x`, namespace, labels: { 'kubernetes.io/service-name': of } },
  endpoints,
})
const endpoint = (uid: string, ready?: boolean, address = uid) => ({
  addresses: [address],
  targetRef: { uid },
  ...(ready === undefined ? {} : { conditions: { ready } }),
})

const joined = (slices: EndpointSlice[]) => serviceView.beside!.join(slices.map((each) => serviceView.beside!.trim(each)))

test('a Service counts the endpoints of its slices, each pod once, whatever the families of its addresses', () => {
  const join = joined([
    slice('cart', [endpoint('a', true), endpoint('b', false)]),
    slice('cart', [endpoint('a', true, 'fd00::1'), endpoint('b', false, 'fd00::2')]),
    slice('cart', [endpoint('c')], 'elsewhere'),
  ])
  expect(join(service('cart')).endpoints).toEqual({ ready: 1, total: 2 })
  expect(join(service('none')).endpoints).toEqual({ ready: 0, total: 0 })
})

test('what is known already is the same object', () => {
  const join = joined([slice('cart', [endpoint('a')])])
  const known = join(service('cart'))
  expect(join(known)).toBe(known)
  expect(joined([])(known)).not.toBe(known)
})

test.each<[string, ListedService, EndpointSlice[], string, string]>([
  ['all ready', service('a'), [slice('a', [endpoint('1')])], 'Ready', 'ok'],
  ['some ready', service('a'), [slice('a', [endpoint('1'), endpoint('2', false)])], 'PartlyReady', 'busy'],
  ['none ready', service('a'), [slice('a', [endpoint('1', false)])], 'NoneReady', 'warn'],
  ['nobody', service('a'), [], 'NoEndpoints', 'warn'],
  ['nobody is looked for', service('a', {}), [], 'NoSelector', 'muted'],
  ['somebody wrote them', service('a', {}), [slice('a', [endpoint('1')])], 'Ready', 'ok'],
  ['a load balancer without an address', service('a', { type: 'LoadBalancer' }), [slice('a', [endpoint('1')])], 'Pending', 'busy'],
  ['a load balancer of nobody', service('a', { type: 'LoadBalancer', selector: { a: 'b' } }), [], 'NoEndpoints', 'warn'],
  ['a name', service('a', { type: 'ExternalName', externalName: 'x' }), [], 'ExternalName', 'muted'],
])('%s', (_, of, slices, text, tone) => expect(serviceStatus(joined(slices)(of))).toEqual({ text, tone }))

test('before the slices are there nothing is said', () => {
  expect(serviceStatus(service('a'))).toBeUndefined()
})
