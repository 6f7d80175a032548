import { expect, test } from 'vitest'
import { gatewayPages, matchText } from './page.tsx'

test.each<[Record<string, unknown>, string]>([
  [{ path: { type: 'PathPrefix', value: '/shop' } }, 'PathPrefix /shop'],
  [{ path: { value: '/' }, method: 'GET', headers: [{ name: 'x', value: '1' }] }, 'GET PathPrefix / header x=1'],
  [{ method: { service: 'shop.Cart', method: 'Add' } }, 'shop.Cart/Add'],
  [{ queryParams: [{ name: 'a', value: 'b' }], more: 1 }, 'query a=b {"more":1}'],
])('%j', (match, text) => expect(matchText(match)).toBe(text))

const told = (type: string, status: string, reason = '') => ({ type, status, reason })

test('a route is accepted by all of its parents, or says by which not', () => {
  const status = gatewayPages['httproutes.gateway.networking.k8s.io']!.status as (route: unknown) => unknown
  const route = (parents: object[]): unknown => ({ metadata: { name: 'r' }, spec: { parentRefs: [{ name: 'a' }] }, status: { parents } })
  expect(status(route([]))).toEqual({ text: 'Pending', tone: 'busy' })
  expect(status(route([{ conditions: [told('Accepted', 'True'), told('ResolvedRefs', 'True')] }]))).toEqual({
    text: 'Accepted',
    tone: 'ok',
  })
  expect(status(route([{ conditions: [told('Accepted', 'True'), told('ResolvedRefs', 'False', 'BackendNotFound')] }]))).toEqual({
    text: 'BackendNotFound',
    tone: 'bad',
  })
})
