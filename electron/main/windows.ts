import { type Rectangle, type RememberedWindow, visibleBounds } from './window-state.ts'

/** The slice of Electron's BrowserWindow that is used. */
export interface WindowLike {
  readonly webContents: { readonly id: number; send(channel: string, value: unknown): void; getURL(): string }
  on(event: string, listener: () => void): unknown
  once(event: 'ready-to-show', listener: () => void): unknown
  show(): void
  focus(): void
  restore(): void
  maximize(): void
  isMinimized(): boolean
  isMaximized(): boolean
  isFullScreen(): boolean
  isFocused(): boolean
  isDestroyed(): boolean
  getNormalBounds(): Rectangle
  loadURL(url: string): Promise<void>
}

/** A second window does not lie exactly on the first. */
const cascade = 28
/** More than anybody had open on purpose. */
const mostRemembered = 12
const statusEvents = ['maximize', 'unmaximize', 'enter-full-screen', 'leave-full-screen', 'focus', 'blur']

export interface WindowsInit<W extends WindowLike> {
  /** Makes one that is not shown yet. */
  make(bounds: Rectangle | undefined): W
  screens(): readonly Rectangle[]
  /** The status of a window is another one. */
  changed(window: W): void
  /** Windows were opened, moved or closed: what of them is remembered. */
  remember(windows: readonly RememberedWindow[]): void
  failed(error: unknown): void
}

/** The windows of the program, the one that was in front last first. All of them show the one gateway. */
export class Windows<W extends WindowLike> {
  readonly #init: WindowsInit<W>
  #all: W[] = []
  #ending = false

  constructor(init: WindowsInit<W>) {
    this.#init = init
  }

  get all(): readonly W[] {
    return this.#all
  }

  get front(): W | undefined {
    return this.#all[0]
  }

  /** Whose page asked. */
  of(contents: number): W | undefined {
    return this.#all.find(({ webContents }) => webContents.id === contents)
  }

  open(url: string, remembered: Partial<RememberedWindow> = {}): W {
    const { make, screens, changed, failed } = this.#init
    const last = this.front?.getNormalBounds()
    const beside = last && { ...last, x: last.x + cascade, y: last.y + cascade }
    const window = make(visibleBounds(remembered.bounds ?? beside, screens()))
    this.#all.unshift(window)
    if (remembered.maximized === true) window.maximize()
    window.once('ready-to-show', () => window.show())
    window.on('focus', () => {
      this.#all = [window, ...this.#all.filter((each) => each !== window)]
    })
    for (const event of statusEvents) window.on(event, () => changed(window))
    window.on('close', () => this.#remember())
    window.on('closed', () => {
      this.#all = this.#all.filter((each) => each !== window)
      // The last one is remembered as it was: the next start begins there.
      if (!this.#ending && this.#all.length > 0) this.#remember()
    })
    window.loadURL(url).catch(failed)
    return window
  }

  /** Brings one forward; undefined when there is none. */
  show(window = this.front): W | undefined {
    if (window === undefined) return undefined
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    return window
  }

  send(channel: string, value: unknown): void {
    for (const window of this.#all) if (!window.isDestroyed()) window.webContents.send(channel, value)
  }

  /** The program ends: all windows that are open now come back with the next start. */
  end(): void {
    this.#remember()
    this.#ending = true
  }

  #remember(): void {
    if (this.#ending) return
    const open = this.#all.filter((window) => !window.isDestroyed()).slice(0, mostRemembered)
    if (open.length === 0) return
    this.#init.remember(
      open.map((window) => ({
        bounds: window.getNormalBounds(),
        maximized: window.isMaximized(),
        place: placeIn(window.webContents.getURL()),
      })),
    )
  }
}

/** The path of a page of the window: the gateway may have another port by the next start, and no token is remembered. */
function placeIn(url: string): string {
  if (!URL.canParse(url)) return ''
  const { pathname, search } = new URL(url)
  return pathname.startsWith('/c/') ? pathname + search : ''
}
