import { EventEmitter } from 'node:events'
import type { AutoUpdater } from 'electron'
import { expect, test } from 'vitest'
import { feedOf, type UpdaterLike, Updates } from './updates.ts'

// Electron's own updater is one of these.
const slice = (updater: AutoUpdater): UpdaterLike => updater
void slice

class FakeUpdater extends EventEmitter {
  done: unknown[] = []
  setFeedURL = (options: unknown): void => void this.done.push(options)
  checkForUpdates = (): void => void this.done.push('check')
  quitAndInstall = (): void => void this.done.push('install')
}

const of = { platform: 'darwin', arch: 'arm64', version: '0.1.0', packaged: true, feed: 'https://updates.example/binnacle/' }
function setUp(over: Partial<typeof of> | { feed: undefined } = {}, restart = true) {
  const updater = new FakeUpdater()
  const told: string[] = []
  const updates = new Updates({ ...of, ...over, updater, tell: (message) => told.push(message), confirm: () => Promise.resolve(restart) })
  return { updater, updates, told }
}

test.each([
  [{}, { url: 'https://updates.example/binnacle/darwin/arm64/releases.json?from=0.1.0', serverType: 'json' }],
  [{ platform: 'win32', arch: 'x64' }, { url: 'https://updates.example/binnacle/win32/x64' }],
  [{ platform: 'linux' }, undefined],
  [{ packaged: false }, undefined],
  [{ feed: undefined }, undefined],
  [{ feed: 'http://updates.example/' }, undefined],
  [{ feed: 'nonsense' }, undefined],
])('the feed of %j', (over, feed) => expect(feedOf({ ...of, ...over })).toEqual(feed))

test('without a feed nothing is asked, ever', () => {
  const { updater, updates } = setUp({ feed: undefined })
  updates.check()
  expect([updates.state, updater.done, updater.eventNames()]).toEqual(['off', [], []])
})

test('it asks when a person does and not before, downloads, and starts again only when that is wanted', async () => {
  const { updater, updates, told } = setUp({}, false)
  expect([updates.state, updater.done.length]).toEqual(['idle', 1])
  updates.check()
  updates.check()
  expect(updater.done.slice(1)).toEqual(['check'])
  updater.emit('update-available')
  updates.check()
  updater.emit('update-downloaded')
  await Promise.resolve()
  expect([updates.state, updater.done.slice(1), told]).toEqual(['ready', ['check'], []])
  const other = setUp()
  other.updates.check()
  other.updater.emit('update-downloaded')
  await Promise.resolve()
  expect(other.updater.done.slice(1)).toEqual(['check', 'install'])
})

test('no newer version, and a feed that does not answer, are told; it can be asked again', () => {
  const { updater, updates, told } = setUp()
  updates.check()
  updater.emit('update-not-available')
  updates.check()
  updater.emit('error', new Error('no such host'))
  updates.check()
  expect(updater.done.slice(1)).toEqual(['check', 'check', 'check'])
  expect(told).toEqual(['This is the newest version.', 'Whether there is a newer version could not be found out.'])
})
