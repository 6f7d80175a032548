import { expect, test } from 'vitest'
import { descriptorLimit } from './descriptors.ts'

const limits = (value: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units
Max processes             63458                63458                processes
Max open files            ${value.padEnd(20)} 524288               files
`

test('the soft limit, as the kernel writes it', () => {
  expect(descriptorLimit(() => limits('1024'))).toBe(1024)
  expect(descriptorLimit(() => limits('unlimited'))).toBe(Infinity)
})

test('where nobody says, a number that every system allows', () => {
  const nowhere = (): string => {
    throw new Error('ENOENT')
  }
  expect(descriptorLimit(nowhere)).toBe(10_240)
  expect(descriptorLimit(() => 'something else')).toBe(10_240)
})
