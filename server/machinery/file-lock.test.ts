import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { takeFileLock } from './file-lock.ts'

const dir = mkdtempSync(join(tmpdir(), 'lock-'))
afterAll(() => rmSync(dir, { recursive: true }))

test('one holder at a time, and the file is its owner’s', () => {
  const path = join(dir, 'a')
  const first = takeFileLock(path)
  expect(first).toBeDefined()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(takeFileLock(path)).toBeUndefined()
  // Trying did not let go of it.
  expect(takeFileLock(path)).toBeUndefined()
  first?.close()
  const second = takeFileLock(path)
  expect(second).toBeDefined()
  second?.close()
})

test('a folder that is not there is an error, not a lock', () => expect(() => takeFileLock(join(dir, 'none', 'a'))).toThrow('ENOENT'))

test('the lock of a process that was killed is free', async () => {
  const path = join(dir, 'b')
  const program = `const { takeFileLock } = await import(${JSON.stringify(new URL('./file-lock.ts', import.meta.url).href)})
    globalThis.held = takeFileLock(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  expect(takeFileLock(path)).toBeUndefined()
  child.kill('SIGKILL')
  await ended
  const lock = takeFileLock(path)
  expect(lock).toBeDefined()
  lock?.close()
})
