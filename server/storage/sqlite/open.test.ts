import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../machinery/clock.ts'
import { StorageOpenError, StorageUnavailableError } from '../contract.ts'
import { WatchRecorder } from '../testing/recorder.ts'
import { scratchFolder } from '../testing/scratch.ts'
import { openSqliteStorage } from './open.ts'

async function refusal(path: string): Promise<string> {
  const error = await openSqliteStorage({ path }).then(
    async (storage) => {
      await storage.close()
      return undefined
    },
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StorageOpenError)
  const { message } = error as StorageOpenError
  // One sentence.
  expect(message).toMatch(/^[A-Z].*[^.]\.$/)
  expect(message).not.toMatch(/\.\s|\n/)
  return message
}

/** A store with enough rows for several levels of pages. */
async function filled(path: string): Promise<void> {
  const storage = await openSqliteStorage({ path })
  await Promise.all(Array.from({ length: 500 }, (_, i) => storage.create(`/registry/k${i}`, Buffer.alloc(1500, 'v'))))
  await storage.close()
}

describe('opening the embedded store', () => {
  test('makes the folder, and leaves one file and its lock after closing', async () => {
    await using folder = await scratchFolder()
    const path = join(folder.path, 'deep', 'er', 'store.db')
    await filled(path)
    const storage = await openSqliteStorage({ path })
    expect((await storage.list('/')).items).toHaveLength(500)
    await storage.close()
  })

  test.each([
    ['random bytes', Buffer.from('this is not a database, and long enough to be read as one'.repeat(100))],
    ['a header and nothing behind', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4080, 255)])],
  ])('refuses a damaged file: %s', async (_, content) => {
    await using folder = await scratchFolder()
    const path = join(folder.path, 'store.db')
    await writeFile(path, content)
    expect(await refusal(path)).toMatch(/is damaged .*restore it from a backup/)
    expect((await readFile(path)).equals(content)).toBe(true)
  })

  test('refuses a truncated file, and one with overwritten pages', async () => {
    await using folder = await scratchFolder()
    const cut = join(folder.path, 'cut.db')
    await filled(cut)
    await truncate(cut, 100 * 4096)
    expect(await refusal(cut)).toContain('is damaged')
    const path = join(folder.path, 'overwritten.db')
    await filled(path)
    const content = await readFile(path)
    await writeFile(path, content.fill(0x5a, 20 * 4096, 40 * 4096))
    expect(await refusal(path)).toContain('is damaged')
  })

  test("refuses another program's database and a newer version of ours", async () => {
    await using folder = await scratchFolder()
    const foreign = join(folder.path, 'foreign.db')
    const db = new DatabaseSync(foreign)
    db.exec('CREATE TABLE t (a)')
    db.close()
    expect(await refusal(foreign)).toContain('belongs to another program')
    const newer = join(folder.path, 'newer.db')
    await filled(newer)
    const ours = new DatabaseSync(newer)
    ours.exec('PRAGMA user_version = 99')
    ours.close()
    expect(await refusal(newer)).toContain('newer version')
  })

  test.skipIf(process.platform === 'win32')('its files are for this user only, in a folder for everybody too', async () => {
    await using folder = await scratchFolder()
    await chmod(folder.path, 0o755)
    const path = join(folder.path, 'store.db')
    await writeFile(`${path}-lock`, '')
    await chmod(`${path}-lock`, 0o644)
    const storage = await openSqliteStorage({ path })
    const modes = async (): Promise<string[]> =>
      Promise.all(
        (await readdir(folder.path)).map(async (name) => `${name} ${((await stat(join(folder.path, name))).mode & 0o777).toString(8)}`),
      )
    expect((await modes()).sort()).toEqual(['store.db 600', 'store.db-lock 600', 'store.db-shm 600', 'store.db-wal 600'])
    await storage.close()
  })

  test('refuses a folder that is a file', async () => {
    await using folder = await scratchFolder()
    await writeFile(join(folder.path, 'file'), '')
    expect(await refusal(join(folder.path, 'file', 'store.db'))).toContain('not writable')
  })

  test.skipIf(process.getuid?.() === 0)(
    'refuses a folder without write permission (skipped for root, who may write anywhere)',
    async () => {
      await using folder = await scratchFolder()
      const closed = join(folder.path, 'closed')
      await mkdir(closed)
      await chmod(closed, 0o500)
      expect(await refusal(join(closed, 'store.db'))).toContain('not writable')
    },
  )

  test('refuses a second opening, in this process and in another, and allows it after the first ended', async () => {
    await using folder = await scratchFolder()
    const path = join(folder.path, 'store.db')
    const storage = await openSqliteStorage({ path })
    expect(await refusal(path)).toContain('in use by another process')
    await storage.close()

    const program = `
      const { openSqliteStorage } = await import(${JSON.stringify(new URL('./open.ts', import.meta.url).href)})
      await openSqliteStorage({ path: ${JSON.stringify(path)} })
      console.log('open')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    await once(child.stdout, 'data')
    expect(await refusal(path)).toContain('in use by another process')
    child.kill('SIGKILL')
    await exited
    await (await openSqliteStorage({ path })).close()
  })

  test('a worker that does not start is an error of opening', async () => {
    await using folder = await scratchFolder()
    const workerUrl = new URL('./missing.mjs', import.meta.url)
    await expect(openSqliteStorage({ path: join(folder.path, 'store.db'), workerUrl })).rejects.toThrow(StorageOpenError)
  })
})

test('keys that expired while the store was closed go when it opens again', async () => {
  await using folder = await scratchFolder()
  const path = join(folder.path, 'store.db')
  const clock = new FakeClock()
  const first = await openSqliteStorage({ path, clock })
  const created = await Promise.all(
    Array.from({ length: 450 }, (_, i) => first.create(`/e/${i}`, Buffer.from('x'), { ttlSeconds: 60 + i })),
  )
  await first.close()
  clock.advance(3_600_000)
  const storage = await openSqliteStorage({ path, clock })
  const watch = new WatchRecorder(storage, '/e/', Math.max(...created) + 1)
  const seconds = async () => {
    // More than one sweep's worth: each answer arms the timer for the next.
    for (let seen = 0; seen < 450; seen = watch.events.length) {
      clock.advance(1000)
      await watch.count(seen + 1)
    }
  }
  await seconds()
  expect(watch.events.map((event) => event.key)).toEqual(Array.from({ length: 450 }, (_, i) => `/e/${i}`))
  expect((await storage.list('/e/')).items).toEqual([])
  await storage.close()
})

test('a database that breaks while it is open fails every call, ends the watches, and can be closed', async () => {
  await using folder = await scratchFolder()
  const path = join(folder.path, 'store.db')
  const storage = await openSqliteStorage({ path })
  await storage.create('/a', Buffer.from('1'))
  const watch = new WatchRecorder(storage, '/', 2)
  const vandal = new DatabaseSync(path)
  vandal.exec('DROP TABLE log')
  vandal.close()
  await expect(storage.create('/b', Buffer.from('1'))).rejects.toThrow(StorageUnavailableError)
  expect(await watch.ended()).toBeInstanceOf(StorageUnavailableError)
  await expect(storage.create('/c', Buffer.from('1'))).rejects.toThrow(/no such table/)
  await expect(storage.get('/a')).rejects.toThrow(StorageUnavailableError)
  await storage.close()
  expect(await refusal(path)).toContain(path)
})
