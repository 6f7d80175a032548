import { expect, test } from 'vitest'
import { splitName } from './middle.ts'

test.each([
  ['redis-0', 'redis-0', ''],
  ['storefront', 'store', 'front'],
  ['payments-7774c5c79f', 'payments-7', '774c5c79f'],
  ['checkout-service-with-a-rather-long-name-db5bdd56-gwg8x', 'checkout-service-with-a-rather-long-name-db5bdd56', '-gwg8x'],
  ['checkout-service-with-a-rather-long-name', 'checkout-service-with-a-rather', '-long-name'],
  ['averyveryverylongnamewithoutdashes', 'averyveryverylongnamewi', 'thoutdashes'],
  ['an-ordinal-near-to-the-end-0', 'an-ordinal-near-to', '-the-end-0'],
  ['averyveryverylongstatefulset-0', 'averyveryverylongst', 'atefulset-0'],
  ['システム管理者の権限をまとめた役割', 'システム管理者の権', '限をまとめた役割'],
  // From right to left the second box would stand on the wrong side.
  ['مدير-النظام-الأساسي', 'مدير-النظام-الأساسي', ''],
  ['prod-מערכת-ראשית', 'prod-מערכת-ראשית', ''],
  // Never through a letter.
  ['production-🚀🚀🚀🚀🚀🚀', 'production-', '🚀🚀🚀🚀🚀🚀'],
  ['cluster-a-किकिकिकिकि-a', 'cluster-a-', 'किकिकिकिकि-a'],
])('%s', (name, head, tail) => {
  expect(splitName(name)).toEqual([head, tail])
  expect(head + tail).toBe(name)
})

test.each([
  [20, 'checkout-and-payments-of', '-the-shop'],
  [12, 'checkout-and-payments-of-the', '-shop'],
  [4, 'checkout-and-payments-of-the-sh', 'op'],
  [1, 'checkout-and-payments-of-the-shop', ''],
])('with room for %i characters the beginning keeps its half', (room, head, tail) => {
  expect(splitName('checkout-and-payments-of-the-shop', room)).toEqual([head, tail])
})
