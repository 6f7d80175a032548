import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StorageUnavailableError } from '../contract.ts'
import { WatchRecorder } from '../testing/recorder.ts'
import { scratchFolder } from '../testing/scratch.ts'
import { openSqliteStorage } from './open.ts'

const workerUrl = new URL('../testing/dying-worker.ts', import.meta.url)

test('a store whose thread dies says so for good, fails every call, and can be opened again with all that was acknowledged', async () => {
  await using folder = await scratchFolder()
  const path = join(folder.path, 'store.db')
  const storage = await openSqliteStorage({ path, workerUrl })
  const revision = await storage.create('/registry/a', Buffer.from('1'))
  const recorder = new WatchRecorder(storage, '/registry/', revision)
  const failed = storage.failed!.catch((e: unknown) => e)
  const acknowledged = ['/registry/a']
  // A message that the thread takes up together with the one before it escapes the listener that ends it; the next one does not.
  const writeUntilItDies = async (): Promise<void> => {
    for (let i = 0; i < 100; i++) {
      await storage.create(`/registry/die-${i}`, Buffer.from('2'))
      acknowledged.push(`/registry/die-${i}`)
    }
  }
  await expect(writeUntilItDies()).rejects.toBeInstanceOf(StorageUnavailableError)
  const reason = await failed
  expect(reason).toBeInstanceOf(StorageUnavailableError)
  expect((reason as Error).message).toMatch(/^the store stopped working: /)
  for (const call of [
    storage.get('/registry/a'),
    storage.currentRevision(),
    storage.create('/registry/b', Buffer.from('3')),
    storage.stats(),
  ]) {
    await expect(call).rejects.toBe(reason)
  }
  expect(await recorder.ended()).toBe(reason)
  await storage.close()
  const again = await openSqliteStorage({ path })
  expect((await again.list('/registry/')).items.map((kv) => kv.key)).toEqual(acknowledged.sort())
  await again.close()
})

test('closing is no failure', async () => {
  await using folder = await scratchFolder()
  const storage = await openSqliteStorage({ path: join(folder.path, 'store.db') })
  let failed = false
  storage.failed!.catch(() => (failed = true))
  await storage.close()
  await new Promise<void>((turn) => void setImmediate(turn))
  expect(failed).toBe(false)
})
