import type { Menu, MenuItemConstructorOptions, NativeImage, Tray } from 'electron'
import { expect, test } from 'vitest'
import type { HostStatus, LocalReport } from '../ipc/contract.ts'
import { TrayIcon, type TrayLike, type TrayTone, trayTemplate, trayTip } from './tray.ts'
import { trayBitmap } from './tray-image.ts'

// Electron's own class is one of these.
const slice = (tray: Tray): TrayLike<NativeImage, Menu> => tray
void slice

const host = (state: HostStatus['state'], message?: string): HostStatus => ({
  state,
  startedAt: 1,
  restarts: 0,
  ...(message ? { message } : {}),
})
const none = { show() {}, newWindow() {}, local() {}, quit() {} }
const enabled = (items: MenuItemConstructorOptions[]): (string | undefined)[] =>
  items.filter((item) => item.click !== undefined && item.enabled !== false).map(({ label }) => label)

test.each<[HostStatus['state'], LocalReport['state'] | undefined, string, string[]]>([
  ['running', 'running', 'running', ['New Window', 'Stop', 'Restart']],
  ['running', 'stopped', 'stopped', ['New Window', 'Start']],
  ['running', 'failed', 'failed', ['New Window', 'Start']],
  ['running', 'starting', 'starting', ['New Window']],
  ['running', undefined, 'starting', ['New Window']],
  ['restarting', 'running', 'starting again', []],
  ['failed', 'running', 'failed', []],
  ['stopped', undefined, 'stopped', []],
])('with the host %s and the control plane %s the tray says %s', (state, local, word, more) => {
  const told = { host: host(state), local: local && { state: local } }
  const items = trayTemplate(told, none)
  expect(items[0]).toEqual({ label: `Local control plane: ${word}`, enabled: false })
  expect(enabled(items)).toEqual(['Open Binnacle', ...more, 'Quit Binnacle'])
  expect(trayTip(told).split('\n')).toEqual(['Binnacle', `Local control plane: ${word}`])
})

test('the reason stands in the tooltip, in one line', () => {
  const local: LocalReport = { state: 'failed', message: `the port is in use ${'x'.repeat(300)}` }
  const reason = trayTip({ host: host('running'), local }).split('\n')[2]
  expect([reason?.length, reason?.startsWith('the port is in use')]).toEqual([120, true])
  expect(trayTip({ host: host('failed', 'no such file'), local })).toContain('no such file')
})

test('the tray follows the state, and is set anew only for another one', () => {
  const seen: string[] = []
  const done: string[] = []
  let menu: MenuItemConstructorOptions[] = []
  const tray = new TrayIcon<TrayTone, MenuItemConstructorOptions[]>({
    tray: {
      setImage: (image) => seen.push(image),
      setToolTip: () => seen.push('tip'),
      setContextMenu: (items) => void (menu = items),
    },
    image: (tone) => tone,
    menu: (template) => template,
    actions: { ...none, show: () => done.push('show'), local: (action) => done.push(action), quit: () => done.push('quit') },
  })
  tray.show({ host: host('starting'), local: undefined })
  tray.show({ host: host('starting'), local: undefined })
  tray.show({ host: host('running'), local: { state: 'running' } })
  tray.show({ host: { ...host('running'), restarts: 3 }, local: { state: 'running' } })
  expect(seen).toEqual(['busy', 'tip', 'ok', 'tip'])
  for (const item of menu) if (item.enabled !== false) (item.click as (() => void) | undefined)?.()
  expect(done).toEqual(['show', 'stop', 'restart', 'quit'])
})

test('the pictures of the states differ in shape, not only in colour', () => {
  const shapes = (['ok', 'busy', 'bad', 'muted'] as const).map((tone) =>
    trayBitmap(tone, 22)
      .filter((_, at) => at % 4 === 3)
      .map((alpha) => (alpha > 127 ? 1 : 0))
      .join(''),
  )
  expect(new Set(shapes).size).toBe(4)
  const bitmap = trayBitmap('ok', 16)
  expect(bitmap.length).toBe(16 * 16 * 4)
  // Outside the ring nothing is drawn, and no channel is brighter than its alpha allows.
  expect([...bitmap.subarray(0, 4)]).toEqual([0, 0, 0, 0])
  for (let at = 0; at < bitmap.length; at += 4)
    expect(Math.max(bitmap[at]!, bitmap[at + 1]!, bitmap[at + 2]!)).toBeLessThanOrEqual(bitmap[at + 3]!)
})
