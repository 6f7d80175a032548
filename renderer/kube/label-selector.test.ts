import { expect, test } from 'vitest'
import { type LabelSelector, labelSelectorText, selects } from './label-selector.ts'

const labels = { app: 'web', tier: 'front' }
test.each<[string, LabelSelector | null | undefined, boolean]>([
  ['none', undefined, false],
  ['null', null, false],
  ['empty', {}, true],
  ['equal', { matchLabels: { app: 'web' } }, true],
  ['all must hold', { matchLabels: { app: 'web', tier: 'back' } }, false],
  ['In', { matchExpressions: [{ key: 'app', operator: 'In', values: ['api', 'web'] }] }, true],
  ['NotIn', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
  ['NotIn of a label that is not there', { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
  ['Exists', { matchExpressions: [{ key: 'zone', operator: 'Exists' }] }, false],
  ['DoesNotExist', { matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true],
  ['an unknown operator', { matchExpressions: [{ key: 'app', operator: 'Gt', values: ['1'] }] }, false],
])('%s', (_, selector, selected) => expect(selects(selector, labels)).toBe(selected))

test.each<[LabelSelector, string]>([
  [{}, ''],
  [{ matchLabels: { app: 'web', tier: 'front' } }, 'app=web,tier=front'],
  [
    {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'zone', operator: 'In', values: ['a', 'b'] },
        { key: 'tier', operator: 'NotIn', values: ['back'] },
        { key: 'canary', operator: 'DoesNotExist' },
        { key: 'track', operator: 'Exists' },
      ],
    },
    'app=web,zone in (a,b),tier notin (back),!canary,track',
  ],
  [{ matchExpressions: [{ key: 'app', operator: 'Gt', values: ['1'] }] }, ''],
])('%j is written %s', (selector, text) => expect(labelSelectorText(selector)).toBe(text))
