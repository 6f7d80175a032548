import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { makeFolders, makePrivateFile, makePrivateFolder, makeWritableFolder } from './folders.ts'

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

  test.skipIf(process.platform === 'win32')('and files that are private become so where they were not', () => {
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)
    const [open, within] = [join(dir, 'open'), join(dir, 'open', 'within')]
    mkdirSync(open)
    chmodSync(open, 0o755)
    makePrivateFolder(within)
    // The folder above is somebody else's choice.
    expect([mode(open), mode(within)]).toEqual(['755', '700'])
    chmodSync(within, 0o775)
    makePrivateFolder(within)
    expect(mode(within)).toBe('700')
    const file = join(within, 'file')
    makePrivateFile(file)
    expect(mode(file)).toBe('600')
    writeFileSync(file, 'kept')
    chmodSync(file, 0o644)
    makePrivateFile(file)
    expect([mode(file), statSync(file).size]).toEqual(['600', 4])
    chmodSync(file, 0o400)
    expect(() => makePrivateFile(join(file, 'x'))).toThrow(/^ENOTDIR/)
  })
})
