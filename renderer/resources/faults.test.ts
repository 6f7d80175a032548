import { expect, test } from 'vitest'
import en from '../app/i18n/en.json' with { type: 'json' }
import type { ChangeAction } from '../tools/actions/action.ts'
import { actions } from './actions.ts'

const faultOf = (id: string, value: unknown): string | undefined =>
  (actions as readonly ChangeAction[]).find((action) => action.id === id)?.fault?.(value)

const added = (key: string, value: string): object => ({ removed: [], edited: {}, added: [{ key, value, effect: 'NoSchedule' }] })

test.each([
  ['scale', '3', undefined],
  ['scale', '2147483647', undefined],
  ['scale', '2147483648', 'actions.scale.fault'],
  ['scale', '2.5', 'actions.scale.fault'],
  ['scale', '', 'actions.scale.fault'],
  ['expand', '10Gi', undefined],
  ['expand', '10 gigs', 'actions.expand.fault'],
  ['image', {}, undefined],
  ['image', { main: ' ' }, 'actions.image.fault'],
  ['trigger', 'nightly-1', undefined],
  ['trigger', ' ', 'actions.trigger.fault'],
  ['label', added('', ''), undefined],
  ['label', added('a', ''), undefined],
  ['label', added('', 'blue'), 'actions.noKey'],
  ['annotate', added(' ', 'blue'), 'actions.noKey'],
  ['values', added('', 'blue'), 'actions.noKey'],
  ['taint', added('', 'blue'), 'actions.noKey'],
])('%s with %j: what cannot be sent says so', (id, value, wanted) => {
  expect(faultOf(id, value)).toBe(wanted)
  const [, action = '', word] = wanted?.split('.') ?? []
  const words = en.actions as Record<string, unknown>
  if (wanted) expect(word ? (words[action] as Record<string, unknown>)[word] : words[action]).toBeTypeOf('string')
})

test('a form of which the server is asked only when it says something tells why it does not', () => {
  for (const action of actions as readonly ChangeAction[]) {
    const typed = typeof action.initial?.([], new Date(0)) === 'string'
    if (typed && action.id !== 'security') expect(action.fault, action.id).toBeDefined()
  }
})
