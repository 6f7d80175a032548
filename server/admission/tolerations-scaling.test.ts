import { growth } from '../machinery/testing/steps.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Toleration } from '../apis/core/v1/types.ts'
import { mergeTolerations } from './tolerations.ts'

const many = (n: number, more: Toleration): Toleration[] => Array.from({ length: n }, (_, i) => ({ key: `k${i}`, ...more }))

test.each<[string, (n: number) => [Toleration[], Toleration[]]]>([
  ['different ones', (n) => [many(n, { operator: 'Exists' }), many(n, { operator: 'Equal', value: 'x', effect: 'NoSchedule' })]],
  ['equal ones', (n) => [many(n, { key: 'k' }), many(n, { key: 'k' })]],
  ['times', (n) => [many(n, {}).map((_, i) => ({ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: i })), many(n, {})]],
])('twice as many tolerations take twice as long: %s', (_, make) => {
  expect(growth(300, make, ([a, b]) => mergeTolerations(a, b))).toBeLessThan(2.4)
})

/** As upstream does it: each compared with each. */
function merged(all: readonly Toleration[]): Toleration[] {
  const same = (a: Toleration, b: Toleration): boolean => JSON.stringify(parts(a)) === JSON.stringify(parts(b))
  const covers = (wide: Toleration, t: Toleration): boolean => {
    if (same(wide, t)) return true
    if (t.key !== wide.key && (wide.key !== undefined || wide.operator !== 'Exists')) return false
    if (t.effect !== wide.effect && wide.effect !== undefined) return false
    if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
      if (t.tolerationSeconds === undefined || t.tolerationSeconds > wide.tolerationSeconds) return false
    }
    if (wide.operator === 'Exists') return true
    return (wide.operator ?? 'Equal') === 'Equal' && t.operator === 'Equal' && t.value === wide.value
  }
  const kept: Toleration[] = []
  all.forEach((t, i) => {
    if (kept.some((other) => covers(other, t))) return
    if (all.slice(i + 1).some((other) => !same(t, other) && covers(other, t))) return
    kept.push(t)
  })
  return kept
}

const parts = (t: Toleration): unknown[] => [t.key, t.operator, t.value, t.effect, t.tolerationSeconds]

const toleration = fc.record(
  {
    key: fc.constantFrom('a', 'b'),
    operator: fc.constantFrom('Exists', 'Equal', 'Lt'),
    value: fc.constantFrom('x', 'y'),
    effect: fc.constantFrom('NoExecute', 'NoSchedule'),
    tolerationSeconds: fc.constantFrom(-1, 0, 1, 2),
  },
  { requiredKeys: [] },
)

test('what stays is what stays where each is compared with each', () => {
  fc.assert(
    fc.property(fc.array(toleration, { maxLength: 8 }), fc.array(toleration, { maxLength: 4 }), (first, second) => {
      expect(mergeTolerations(first, second)).toEqual(merged([...first, ...second]))
    }),
  )
})
