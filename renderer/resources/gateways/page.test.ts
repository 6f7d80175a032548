import { expect, test } from 'vitest'
import { matchText } from './page.tsx'

test.each<[Record<string, unknown>, string]>([
  [{ path: { type: 'PathPrefix', value: '/shop' } }, 'PathPrefix /shop'],
  [{ path: { value: '/' }, method: 'GET', headers: [{ name: 'x', value: '1' }] }, 'GET PathPrefix / header x=1'],
  [{ method: { service: 'shop.Cart', method: 'Add' } }, 'shop.Cart/Add'],
  [{ queryParams: [{ name: 'a', value: 'b' }], more: 1 }, 'query a=b {"more":1}'],
])('%j', (match, text) => expect(matchText(match)).toBe(text))
