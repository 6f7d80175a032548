import fc, { type Arbitrary } from 'fast-check'
import { exactInteger } from '../numbers.ts'

/** Any int64 in the form that a parsed one has, with those around the limits of float64 and int64 more often. */
export const int64: Arbitrary<number | bigint> = fc
  .oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
    fc.bigInt({ min: -(2n ** 53n) - 3n, max: -(2n ** 53n) + 3n }),
    fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n, 1n, -1n),
  )
  .map(exactInteger)
