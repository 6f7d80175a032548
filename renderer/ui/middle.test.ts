import { expect, test } from 'vitest'
import { splitName } from './middle.ts'

test.each([
  ['storefront', 'storefront', ''],
  ['checkout-service-with-a-rather-long-name-db5bdd56-gwg8x', 'checkout-service-with-a-rather-long-name-db5bdd56', '-gwg8x'],
  ['checkout-service-with-a-rather-long-name', 'checkout-service-with-a-rather', '-long-name'],
  ['averyveryverylongnamewithoutdashes', 'averyveryverylongnamewi', 'thoutdashes'],
  ['an-ordinal-near-to-the-end-0', 'an-ordinal-near-to', '-the-end-0'],
  ['averyveryverylongstatefulset-0', 'averyveryverylongst', 'atefulset-0'],
])('%s', (name, head, tail) => {
  expect(splitName(name)).toEqual([head, tail])
  expect(head + tail).toBe(name)
})
