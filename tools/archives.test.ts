import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { untarFile, unzipFile } from './archives.ts'

/** An archive as `zip` writes it: local headers, then the central directory. */
function zip(files: Record<string, Buffer>, deflate: boolean): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const [name, data] of Object.entries(files)) {
    const body = deflate ? deflateRawSync(data) : data
    const nameBytes = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(deflate ? 8 : 0, 4)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(body.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(nameBytes.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, nameBytes, body])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, tail, nameBytes]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}

describe('unzipFile', () => {
  test('finds each file, stored or deflated', () => {
    const name = fc.stringMatching(/^[a-z/]{1,12}$/).filter((n) => n !== '__proto__')
    const bytes = fc.uint8Array({ maxLength: 400 }).map((b) => Buffer.from(b))
    fc.assert(
      fc.property(fc.dictionary(name, bytes, { maxKeys: 6, noNullPrototype: true }), fc.boolean(), (files, deflate) => {
        const archive = zip(files, deflate)
        for (const [file, data] of Object.entries(files)) expect(unzipFile(archive, file)?.equals(data)).toBe(true)
        expect(unzipFile(archive, 'A')).toBeUndefined()
      }),
    )
  })

  test('says what is wrong with other bytes', () => {
    expect(() => unzipFile(Buffer.from('hello'), 'a')).toThrow('this is not a zip archive')
  })
})

describe('untarFile', () => {
  test('finds each file that tar wrote', () => {
    const dir = mkdtempSync(join(tmpdir(), 'untar-'))
    const files = { a: '', b: 'x'.repeat(512), c: 'y'.repeat(700) }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
    const archive = execFileSync('tar', ['cf', '-', '--format=ustar', ...Object.keys(files)], { cwd: dir })
    rmSync(dir, { recursive: true })
    for (const [name, text] of Object.entries(files)) expect(untarFile(archive, name)?.toString()).toBe(text)
    expect(untarFile(archive, 'd')).toBeUndefined()
  })

  test('says what is wrong with other bytes', () => {
    expect(() => untarFile(Buffer.alloc(512, 'x'), 'a')).toThrow('the tar archive is damaged')
  })
})
