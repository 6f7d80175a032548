import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readOpened, WaitingFiles } from './opened-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'binnacle-opened-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (name: string, content: string | Buffer): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

test('a kubeconfig is told from a file of objects, and what cannot be read is refused with the reason', async () => {
  const config = write('dev.yaml', 'apiVersion: v1\nkind: Config\n')
  expect(await readOpened(config)).toEqual({ type: 'kubeconfig', file: config })
  const objects = write('web.yaml', 'apiVersion: v1\nkind: Pod\n')
  expect(await readOpened(objects)).toEqual({ type: 'objects', opened: { name: 'web.yaml', text: 'apiVersion: v1\nkind: Pod\n' } })
  const large = write('large.yaml', '')
  truncateSync(large, 8 * 2 ** 20 + 1)
  expect(await readOpened(large)).toMatchObject({ type: 'refused', why: expect.stringMatching(/at most 8388608/) })
  expect(await readOpened(write('binary.yaml', Buffer.from([0xff, 0xfe, 0xd4])))).toMatchObject({ type: 'refused' })
  expect(await readOpened(join(folder, 'gone.yaml'))).toMatchObject({ type: 'refused', why: expect.stringMatching(/ENOENT/) })
})

test('a window takes its files once', () => {
  const waiting = new WaitingFiles()
  const file = (name: string) => ({ name, text: '' })
  waiting.add(1, file('a'))
  waiting.add(2, file('b'))
  waiting.add(1, file('c'))
  expect([waiting.take(1), waiting.take(1), waiting.take(2)]).toEqual([[file('a'), file('c')], [], [file('b')]])
})
