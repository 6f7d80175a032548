import { expect, test } from 'vitest'
import { deletedAt, going } from './going.ts'

const due = Date.UTC(2026, 0, 1)
const meta = { name: 'x', deletionTimestamp: new Date(due).toISOString(), deletionGracePeriodSeconds: 30 }
const late = due + 5 * 60_000

test('what goes is busy with it, until it is late; then somebody has to look', () => {
  expect(going({ name: 'x' }, late)).toBeUndefined()
  // Its grace period is not over yet.
  expect(going(meta, due - 30_000)).toEqual({ text: 'Terminating', tone: 'busy', until: late })
  expect(going(meta, late - 1)).toEqual({ text: 'Terminating', tone: 'busy', until: late })
  expect(going(meta, late)).toEqual({ text: 'Terminating', tone: 'warn', at: due })
  expect(going({ name: 'x', deletionTimestamp: 'no time' }, late)).toEqual({ text: 'Terminating', tone: 'busy' })
})

test('it was deleted before its grace period, which its timestamp is the end of', () => {
  expect(deletedAt(meta)).toBe(due - 30_000)
  expect(deletedAt({ name: 'x' })).toBeNaN()
})
