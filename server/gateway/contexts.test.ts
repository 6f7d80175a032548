import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeClock } from '../machinery/clock.ts'
import { Contexts } from './contexts.ts'
import type { Notice } from './notices.ts'
import { FakeLocal } from './testing/harness.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'contexts-'))
})
afterEach(() => rm(dir, { recursive: true }))

const config = (...names: string[]): string =>
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://x' } }],
    contexts: names.map((name) => ({ name, context: { cluster: 'c', namespace: 'team' } })),
  })

test('while a window listens, every way in which a kubeconfig changes is told within 2 s; the list is then the new one', async () => {
  const clock = new FakeClock()
  const [file, link, late] = [join(dir, 'config'), join(dir, 'link'), join(dir, 'later', 'config')]
  await writeFile(file, config('one'))
  await writeFile(join(dir, 'target'), config('two'))
  await symlink(join(dir, 'target'), link)
  const contexts = new Contexts(new FakeLocal(), clock, [file, link, late])
  const told: Notice[] = []
  let heard = (): void => undefined
  const unlisten = contexts.listen((notice) => {
    told.push(notice)
    heard()
  })
  const names = async (): Promise<string[]> => (await contexts.list()).contexts.map((c) => c.name)
  // The disk takes what time it takes.
  const settle = (): Promise<void> =>
    new Promise((resolve) => {
      heard = resolve
      if (told.length > 0) resolve()
    })
  await settle()
  expect(told).toEqual([{ t: 'contexts' }])

  const changes: [how: string, make: () => Promise<unknown>, now: string[]][] = [
    ['written in place', () => writeFile(file, config('one', 'more')), ['local', 'one', 'more', 'two']],
    ['replaced, as editors do', () => writeFile(`${file}~`, config('new')).then(() => rename(`${file}~`, file)), ['local', 'new', 'two']],
    ['behind a link', () => writeFile(join(dir, 'target'), config('three')), ['local', 'new', 'three']],
    [
      'there now, with its folder',
      () => mkdir(join(dir, 'later')).then(() => writeFile(late, config('four'))),
      ['local', 'new', 'three', 'four'],
    ],
    ['removed', () => rm(file), ['local', 'three', 'four']],
  ]
  for (const [how, make, now] of changes) {
    told.length = 0
    await make()
    clock.advance(2_000)
    await settle()
    expect(told, how).toEqual([{ t: 'contexts' }])
    expect(await names(), how).toEqual(now)
  }
  told.length = 0
  clock.advance(60_000)
  for (let n = 0; n < 20; n++) await setImmediate()
  expect(told).toEqual([])
  unlisten()
  await writeFile(file, config('five'))
  clock.advance(60_000)
  for (let n = 0; n < 20; n++) await setImmediate()
  expect(told).toEqual([])
  await contexts.close()
})

test('a context says where kubectl would start, and nothing where the kubeconfig does not', async () => {
  const file = join(dir, 'config')
  await writeFile(file, config('one'))
  const { contexts } = await new Contexts(new FakeLocal(), new FakeClock(), [file]).list()
  expect(contexts.map((c) => [c.name, c.namespace])).toEqual([
    ['local', ''],
    ['one', 'team'],
  ])
})
