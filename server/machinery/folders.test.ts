import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { makeFolders, makeWritableFolder } from './folders.ts'

const dir = mkdtempSync(join(tmpdir(), 'folders-'))
afterAll(() => rmSync(dir, { recursive: true }))

describe('folders', () => {
  test('are made with those above them, for whom they are for, and made again without harm', () => {
    const path = join(dir, 'a', 'b', 'c')
    makeWritableFolder(path, 0o700)
    expect([join(dir, 'a'), path].map((p) => statSync(p).mode & 0o777)).toEqual([0o700, 0o700])
    makeWritableFolder(path, 0o700)
  })

  test('are none where a file stands', () => {
    writeFileSync(join(dir, 'file'), '')
    expect(() => makeFolders(join(dir, 'file'))).toThrow(/^ENOTDIR: not a directory, .*file/)
    expect(() => makeFolders(join(dir, 'file', 'a', 'b'))).toThrow(/^ENOTDIR/)
  })

  test.skipIf(!existsSync('/proc/self'))('cannot be made on a file system of the kernel, and that is said at once', () => {
    expect(() => makeFolders('/proc/binnacle/data')).toThrow(/^ENOENT.*\/proc\/binnacle/)
  })
})
