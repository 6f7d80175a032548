import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseRange, resolveWithin } from './file-server.ts'

let base: string
let root: string

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'file-server-'))
  root = path.join(base, 'logs')
  await mkdir(path.join(root, 'sub/deep'), { recursive: true })
  await writeFile(path.join(root, 'a.log'), 'inside')
  await writeFile(path.join(root, 'sub/b.log'), 'inside')
  await mkdir(path.join(base, 'logs-secret'))
  await writeFile(path.join(base, 'secret'), 'outside')
  await writeFile(path.join(base, 'logs-secret/x'), 'outside')
  await symlink(path.join(base, 'secret'), path.join(root, 'link-out'))
  await symlink('../logs-secret', path.join(root, 'dir-out'))
  await symlink('..', path.join(root, 'up'))
  await symlink('a.log', path.join(root, 'link-in'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

describe('what /logs/ may read', () => {
  test.for(['', 'a.log', 'sub', 'sub/', 'sub/b.log', 'sub/deep/'])('inside: %j', async (name) => {
    expect(await resolveWithin(root, name)).toBe(path.join(root, name).replace(/\/$/, ''))
  })

  test('a link within the folder is followed', async () => {
    expect(await resolveWithin(root, 'link-in')).toBe(path.join(root, 'a.log'))
  })

  test.for([
    '..',
    '../secret',
    'sub/../../secret',
    'link-out',
    'dir-out/x',
    'up/secret',
    'up/logs-secret/x',
    'a.log\0',
    './a.log',
    'nope',
    'a.log/x',
  ])('refused: %j', async (name) => {
    expect(await resolveWithin(root, name)).toBeUndefined()
  })

  test('whatever the name, nothing outside the folder is found', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '',
        'sub',
        'a.log',
        'link-out',
        'dir-out',
        'up',
        'secret',
        'logs',
        'logs-secret',
        'x',
        '%2e%2e',
        '..\\',
        '\0',
      ),
      fc.string({ maxLength: 5 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
        const found = await resolveWithin(root, parts.join('/'))
        expect(found === undefined || found === root || found.startsWith(root + path.sep)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('Range', () => {
  test.for([
    ['bytes=0-9', 100, [0, 9]],
    ['bytes=90-', 100, [90, 99]],
    ['bytes=-10', 100, [90, 99]],
    ['bytes=-500', 100, [0, 99]],
    ['bytes=50-500', 100, [50, 99]],
    ['bytes=100-', 100, 'unsatisfiable'],
    ['bytes=-0', 100, 'unsatisfiable'],
    ['bytes=9-0', 100, undefined],
    ['lines=0-9', 100, undefined],
    ['bytes=0-1,4-5', 100, undefined],
    ['bytes=-', 100, undefined],
    [undefined, 100, undefined],
  ] as const)('%s of %i', ([header, size, range]) => {
    expect(parseRange(header, size)).toEqual(range)
  })

  test('a range lies within the file', () => {
    const n = fc.option(fc.nat(200), { nil: undefined })
    fc.assert(
      fc.property(n, n, fc.nat(100), (a, b, size) => {
        const range = parseRange(`bytes=${a ?? ''}-${b ?? ''}`, size)
        // RFC 9110 said otherwise: the bytes that are asked for, counted out.
        const bytes = Array.from({ length: size }, (_, i) => i)
        const asked = bytes.filter((i) => (a === undefined ? i >= size - (b ?? 0) : i >= a && (b === undefined || i <= b)))
        const wellFormed = a === undefined ? b !== undefined : b === undefined || b >= a
        const found = asked.length === 0 ? 'unsatisfiable' : [asked[0], asked.at(-1)]
        expect(range).toEqual(wellFormed ? found : undefined)
      }),
    )
  })
})
