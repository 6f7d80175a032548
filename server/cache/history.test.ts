import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CompactedError, type Storage } from '../storage/contract.ts'
import { openSqliteStorage } from '../storage/sqlite/open.ts'
import { eventsBetween } from './history.ts'
import { ResourceCache } from './resource-cache.ts'
import { keyOf, podSchema, selection, stored, TestOutput, textFrames } from './testing/fixtures.ts'

let dir: string
let storage: Storage
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'history-'))
  storage = await openSqliteStorage({ path: join(dir, 'a.db') })
})
afterEach(async () => {
  await storage.close()
  rmSync(dir, { recursive: true })
})

const revisions = new Map<string, number>()
async function write(name: string, label: string | undefined): Promise<void> {
  const key = keyOf(`a/${name}`)
  const at = revisions.get(key)
  if (label === undefined) {
    if (at !== undefined) await storage.delete(key, at)
    revisions.delete(key)
    return
  }
  const value = stored(`a/${name}`, { tier: label })
  revisions.set(key, at === undefined ? await storage.create(key, value) : await storage.update(key, value, at))
}

test('a watch from any kept revision sees what a watch would have seen that was open all the time', async () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('web', 'db', undefined)), { minLength: 1, maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (all, pick) => {
      const begin = await storage.currentRevision()
      for (const [name, label] of all) await write(name, label)
      const end = await storage.currentRevision()
      if (end === begin || begin === 0) return
      const from = begin + (pick % (end - begin))
      const seen = async (start: number): Promise<string[]> => {
        const cache = new ResourceCache(podSchema)
        cache.load((await storage.list(podSchema.prefix)).items, end)
        const out = new TestOutput()
        const backlog = await eventsBetween(storage, podSchema, start, end)
        cache.watch(
          selection({ labels: 'tier=web' }),
          textFrames,
          out,
          { revision: end, backlog, bookmarks: false, initialEventsEnd: false },
          end,
        )
        return out.got
      }
      const whole = await seen(begin)
      expect(await seen(from)).toEqual(whole.filter((frame) => Number(frame.split('@')[1]) > from))
    }),
    { numRuns: 25 },
  )
})

test('a slow client gets all of it, and then goes on live', async () => {
  await storage.create('/registry/other', Buffer.from('{}'))
  const from = await storage.currentRevision()
  for (const name of ['p', 'q', 'r']) await storage.create(keyOf(`b/${name}`), stored(`b/${name}`))
  const to = await storage.currentRevision()
  const cache = new ResourceCache(podSchema)
  cache.load((await storage.list(podSchema.prefix)).items, to)
  const out = new TestOutput()
  out.room = 1
  const backlog = await eventsBetween(storage, podSchema, from, to)
  cache.watch(selection(), textFrames, out, { revision: to, backlog, bookmarks: false, initialEventsEnd: false }, to)
  expect(out.got).toHaveLength(1)
  cache.apply({ type: 'delete', key: keyOf('b/p'), revision: to + 1 })
  out.drain()
  expect(out.got.map((f) => f.split('@')[0])).toEqual(['ADDED b/p', 'ADDED b/q', 'ADDED b/r', 'DELETED b/p'])
})

test('history that was compacted is refused', async () => {
  const first = await storage.create(keyOf('c/x'), stored('c/x'))
  const second = await storage.update(keyOf('c/x'), stored('c/x', { a: 'b' }), first)
  await storage.compact(second)
  await expect(eventsBetween(storage, podSchema, first, second)).rejects.toBeInstanceOf(CompactedError)
})
