import { expect, test } from 'vitest'
import { hostNodeFlags, nodeFlagsFor } from '../host-flags.mjs'

test.each([
  [[], false],
  [['--nodes', '3'], false],
  [['--nodes=499', '--v=2'], false],
  [['--nodes=500'], true],
  [['--v=2', '--nodes', '5000'], true],
  [['--nodes=5000', '--nodes=1'], false],
  [['--nodes'], false],
  [['--nodes-dir=5000'], false],
])('many simulated nodes get a larger young generation: %j', (flags, isLarger) => {
  expect(nodeFlagsFor(flags).at(-1) === '--max-semi-space-size=16').toBe(isLarger)
  expect(nodeFlagsFor(flags).slice(0, hostNodeFlags.length)).toEqual(hostNodeFlags)
})
