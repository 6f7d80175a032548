import { describe, expect, test } from 'vitest'
import { type Budget, budgetImpacts } from './budgets.ts'

const pods = Array.from({ length: 10 }, (_, n) => ({ uid: `u${n}`, namespace: 'shop', labels: { app: n < 8 ? 'web' : 'db' } }))
const going = (n: number): Set<string> => new Set(pods.slice(0, n).map((pod) => pod.uid))
const budget = (spec: Budget['spec'], namespace = 'shop'): Budget => ({
  metadata: { name: 'b', namespace },
  spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
})

describe('disruption budgets', () => {
  test.each([
    ['minAvailable', { minAvailable: 6 }, 2, 6, false],
    ['one too many', { minAvailable: 6 }, 3, 6, true],
    ['percent, rounded up', { minAvailable: '70%' }, 2, 6, false],
    ['percent, rounded up, one too many', { minAvailable: '70%' }, 3, 6, true],
    ['maxUnavailable', { maxUnavailable: 1 }, 1, 7, false],
    ['maxUnavailable, one too many', { maxUnavailable: 1 }, 2, 7, true],
    ['maxUnavailable in percent', { maxUnavailable: '25%' }, 3, 6, true],
    ['more may go than there are', { maxUnavailable: 20 }, 8, 0, false],
    ['neither', {}, 8, 0, false],
  ])('%s', (_, spec, gone, wants, broken) => {
    expect(budgetImpacts([budget(spec)], pods, going(gone))).toEqual([
      { namespace: 'shop', name: 'b', covers: 8, going: gone, wants, broken },
    ])
  })

  test('one of whose pods none goes is not told, nor one of another namespace, nor one that selects nothing', () => {
    expect(budgetImpacts([budget({ minAvailable: 1 })], pods, new Set(['u9']))).toEqual([])
    expect(budgetImpacts([budget({ minAvailable: 1 }, 'else')], pods, going(3))).toEqual([])
    expect(budgetImpacts([{ metadata: { name: 'b', namespace: 'shop' }, spec: { minAvailable: 1 } }], pods, going(3))).toEqual([])
  })
})
