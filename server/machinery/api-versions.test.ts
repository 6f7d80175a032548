import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareApiVersions } from './api-versions.ts'

// The example of the Kubernetes documentation, "Version priority" of custom resource definitions.
const ORDERED = ['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10']

test('stable, beta, alpha, newest first; what is no version comes last', () => {
  expect([...ORDERED].reverse().sort(compareApiVersions)).toEqual(ORDERED)
  expect(['v0', 'v1beta0', 'v01', 'v1'].sort(compareApiVersions)[0]).toBe('v1')
})

test('it is an order', () => {
  const version = fc.stringMatching(/^v?[0-9]{1,3}((alpha|beta)[0-9]{1,2})?$/)
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareApiVersions(a, b))).toBe(-Math.sign(compareApiVersions(b, a)) + 0)
      if (compareApiVersions(a, b) <= 0 && compareApiVersions(b, c) <= 0) expect(compareApiVersions(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})
