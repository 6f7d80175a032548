import { expect, test } from 'vitest'
import { Entry } from './entry.ts'
import { withResourceVersion } from './stored-json.ts'
import { keyOf, podSchema } from './testing/fixtures.ts'

/** Long enough for its reader to pause. */
const annotations = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, 'value']))

function large(): Entry {
  const object = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p', namespace: 'a', annotations } }
  return new Entry(podSchema, keyOf('a/p'), 7, 7, withResourceVersion(Buffer.from(JSON.stringify(object)), 7))
}

test('all who wait for a shared copy get one and the same, and it stays the one', async () => {
  const entry = large()
  const [first, second] = await Promise.all([entry.sharing(), entry.sharing()])
  expect(second).toBe(first)
  expect(entry.shared()).toBe(first)
  expect(await entry.sharing()).toBe(first)
  expect(first).toEqual(entry.object())
})

test('who needs it at once meanwhile does not wait, and the others get that one', async () => {
  const entry = large()
  const waiting = entry.sharing()
  const needed = entry.shared()
  expect(await waiting).toBe(needed)
})
