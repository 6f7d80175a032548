import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { CompactedError, type Storage } from '../storage/contract.ts'
import { openSqliteStorage } from '../storage/sqlite/open.ts'
import { Compactor } from './compactor.ts'

let dir: string
let storage: Storage
let clock: FakeClock
const MINUTE = 60_000

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'compactor-'))
  clock = new FakeClock()
  storage = await openSqliteStorage({ path: join(dir, 'a.db'), clock })
})
afterEach(async () => {
  await storage.close().catch(() => undefined)
  rmSync(dir, { recursive: true })
})

test('keeps the history of the last interval and forgets what is older', async () => {
  const errors: unknown[] = []
  const compactor = new Compactor({ storage, clock, intervalMs: 5 * MINUTE, onError: (e) => errors.push(e) })
  const tick = async (): Promise<void> => {
    clock.advance(5 * MINUTE)
    // The timer has begun it: this joins.
    await compactor.tick()
  }
  const first = await storage.create('/registry/a', Buffer.from('1'))
  await tick()
  expect(await storage.compactedRevision()).toBe(0)
  expect((await storage.get('/registry/a', { revision: first })).kv?.value.toString()).toBe('1')
  const second = await storage.update('/registry/a', Buffer.from('2'), first)
  const third = await storage.update('/registry/a', Buffer.from('3'), second)
  await tick()
  expect(await storage.compactedRevision()).toBe(first)
  await tick()
  await expect(storage.get('/registry/a', { revision: first })).rejects.toBeInstanceOf(CompactedError)
  expect((await storage.get('/registry/a', { revision: third })).kv?.value.toString()).toBe('3')
  compactor.stop()
  clock.advance(60 * MINUTE)
  expect(await storage.compactedRevision()).toBe(third)
  expect(errors).toEqual([])
})

test('a store that is away is no error of its own', async () => {
  const errors: unknown[] = []
  const compactor = new Compactor({ storage, clock, intervalMs: MINUTE, onError: (e) => errors.push(e) })
  await storage.close()
  clock.advance(MINUTE)
  await expect(compactor.tick()).rejects.toThrow()
  compactor.stop()
  expect(errors).toEqual([])
})
