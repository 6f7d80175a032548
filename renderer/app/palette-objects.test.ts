import { expect, test } from 'vitest'
import type { Resource } from '../kube/resource.ts'
import { bestNamed } from './palette-objects.ts'

const resource = { plural: 'boats', kind: 'Boat' } as Resource
const named = (...names: string[]) => names.map((name) => ({ resource, namespace: '', name }))
const found = (wanted: string, ...names: string[]): string[] => bestNamed(named(...names), wanted).map(({ name }) => name)

test('every word is to be in the name; the name itself comes first, then what begins with it', () => {
  expect(found('cart', 'old-cart', 'cart-1', 'ship', 'cart')).toEqual(['cart', 'cart-1', 'old-cart'])
  expect(found('cart 1', 'old-cart', 'cart-1', 'one-1-cart')).toEqual(['cart-1', 'one-1-cart'])
  expect(found('mixed', 'Mixed.Case')).toEqual(['Mixed.Case'])
})

test('of equals the order stays, and a dozen is shown', () => {
  const names = Array.from({ length: 20 }, (_, n) => `cart-${n}`)
  expect(found('cart', ...names)).toEqual(names.slice(0, 12))
})
