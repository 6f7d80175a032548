import { EventEmitter } from 'node:events'
import type { BrowserWindow } from 'electron'
import { expect, test } from 'vitest'
import type { Rectangle, RememberedWindow } from './window-state.ts'
import { type WindowLike, Windows } from './windows.ts'

// Electron's own class is one of these.
const slice = (window: BrowserWindow): WindowLike => window
void slice

const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]

class FakeWindow extends EventEmitter implements WindowLike {
  static #next = 1
  readonly sent: unknown[] = []
  readonly webContents
  url = ''
  state = { shown: 0, focused: 0, minimized: false, maximized: false, destroyed: false }
  readonly bounds: Rectangle

  constructor(bounds: Rectangle | undefined) {
    super()
    this.bounds = bounds ?? { x: 10, y: 10, width: 800, height: 600 }
    this.webContents = {
      id: FakeWindow.#next++,
      send: (channel: string, value: unknown) => this.sent.push([channel, value]),
      getURL: () => this.url,
    }
  }
  show = (): void => void this.state.shown++
  focus = (): void => void this.state.focused++
  restore = (): void => void (this.state.minimized = false)
  maximize = (): void => void (this.state.maximized = true)
  isMinimized = (): boolean => this.state.minimized
  isMaximized = (): boolean => this.state.maximized
  isFullScreen = (): boolean => false
  isFocused = (): boolean => true
  isDestroyed = (): boolean => this.state.destroyed
  getNormalBounds = (): Rectangle => this.bounds
  loadURL(url: string): Promise<void> {
    this.url = url
    return url.includes('broken') ? Promise.reject(new Error('broken')) : Promise.resolve()
  }
  close(): void {
    this.emit('close')
    this.state.destroyed = true
    this.emit('closed')
  }
}

function setUp() {
  const remembered: (readonly RememberedWindow[])[] = []
  const changed: FakeWindow[] = []
  const failed: unknown[] = []
  const windows = new Windows<FakeWindow>({
    make: (bounds) => new FakeWindow(bounds),
    screens: () => screens,
    changed: (window) => changed.push(window),
    remember: (all) => remembered.push(all),
    failed: (error) => failed.push(error),
  })
  return { windows, remembered, changed, failed }
}

test('a window is shown once it can be, the next one lies beside it, and the one in front is the one that was used last', () => {
  const { windows } = setUp()
  const first = windows.open('http://127.0.0.1:1/c/local')
  expect(first.state.shown).toBe(0)
  first.emit('ready-to-show')
  expect(first.state.shown).toBe(1)
  const second = windows.open('http://127.0.0.1:1/c/dev')
  expect(second.bounds).toEqual({ x: 38, y: 38, width: 800, height: 600 })
  expect(windows.front).toBe(second)
  first.emit('focus')
  expect(windows.front).toBe(first)
  expect(windows.of(second.webContents.id)).toBe(second)
  expect(windows.of(-1)).toBeUndefined()
  first.state.minimized = true
  expect(windows.show()).toBe(first)
  expect([first.state.minimized, first.state.focused]).toEqual([false, 1])
  windows.send('channel', 1)
  expect([first.sent, second.sent]).toEqual([[['channel', 1]], [['channel', 1]]])
})

test('what is open when the program ends comes back; what was closed before does not, but for the last', () => {
  const { windows, remembered } = setUp()
  const first = windows.open('http://127.0.0.1:1/c/local/pods?ns=a')
  const second = windows.open('http://127.0.0.1:1/?session=secret', { maximized: true })
  const places = (): (string | undefined)[] | undefined => remembered.at(-1)?.map(({ place }) => place)
  second.close()
  expect(places()).toEqual(['/c/local/pods?ns=a'])
  const third = windows.open('http://127.0.0.1:1/c/dev', { maximized: true })
  windows.end()
  expect(remembered.at(-1)?.map(({ place, maximized }) => [place, maximized])).toEqual([
    ['/c/dev', true],
    ['/c/local/pods?ns=a', false],
  ])
  const told = remembered.length
  third.close()
  first.close()
  expect(remembered).toHaveLength(told)
  expect(windows.show()).toBeUndefined()

  const other = setUp()
  other.windows.open('http://127.0.0.1:1/c/local').close()
  expect(other.remembered.at(-1)?.map(({ place }) => place)).toEqual(['/c/local'])
})

test('a page that does not load is told, and no session token is remembered as a place', async () => {
  const { windows, failed, remembered, changed } = setUp()
  const window = windows.open('http://127.0.0.1:1/broken?session=x')
  await Promise.resolve()
  await Promise.resolve()
  expect(failed).toEqual([new Error('broken')])
  window.emit('maximize')
  expect(changed).toEqual([window])
  window.close()
  expect(remembered).toEqual([[{ bounds: window.bounds, maximized: false, place: '' }]])
})
