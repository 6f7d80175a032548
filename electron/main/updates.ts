/**
 * New versions. The program asks nobody by itself: without a feed in its package (`updateFeed` of package.json, written by whoever
 * builds it) this is off, and with one it asks when the person does. Electron's own updater is Squirrel's: macOS and Windows have it; on
 * Linux the package manager brings new versions.
 */

/** The slice of Electron's autoUpdater that is used. */
export interface UpdaterLike {
  setFeedURL(options: { url: string; serverType?: 'json' | 'default' }): void
  checkForUpdates(): void
  quitAndInstall(): void
  on(event: 'update-available' | 'update-not-available' | 'update-downloaded', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

export type UpdateState = 'off' | 'idle' | 'checking' | 'downloading' | 'ready'

export interface UpdatesInit {
  updater: UpdaterLike
  platform: string
  arch: string
  version: string
  packaged: boolean
  /** `updateFeed` of the package: the address below which feeds are, or nothing. */
  feed: string | undefined
  tell(message: string, detail: string): void
  /** Resolves with whether the person wants the program to start again now. */
  confirm(): Promise<boolean>
}

/** Where a platform's feed is below an address; undefined where there is no updater, or the address is none that may be trusted. */
export function feedOf({
  feed,
  platform,
  arch,
  version,
  packaged,
}: Pick<UpdatesInit, 'feed' | 'platform' | 'arch' | 'version' | 'packaged'>) {
  if (!packaged || feed === undefined || !URL.canParse(feed) || new URL(feed).protocol !== 'https:') return undefined
  if (platform !== 'darwin' && platform !== 'win32') return undefined
  const base = `${feed.replace(/\/+$/, '')}/${platform}/${arch}`
  return platform === 'darwin'
    ? { url: `${base}/releases.json?from=${encodeURIComponent(version)}`, serverType: 'json' as const }
    : { url: base }
}

export class Updates {
  readonly #init: UpdatesInit
  #state: UpdateState

  constructor(init: UpdatesInit) {
    this.#init = init
    const feed = feedOf(init)
    this.#state = feed === undefined ? 'off' : 'idle'
    if (feed === undefined) return
    const { updater, tell, confirm, version } = init
    updater.setFeedURL(feed)
    updater.on('update-available', () => (this.#state = 'downloading'))
    updater.on('update-not-available', () => {
      this.#state = 'idle'
      tell('This is the newest version.', `Binnacle ${version}`)
    })
    updater.on('error', (error) => {
      this.#state = 'idle'
      tell('Whether there is a newer version could not be found out.', error.message)
    })
    updater.on('update-downloaded', () => {
      this.#state = 'ready'
      void this.#offer(confirm)
    })
  }

  get state(): UpdateState {
    return this.#state
  }

  /** Asks the feed, or offers what has been downloaded already. */
  check(): void {
    if (this.#state === 'ready') void this.#offer(this.#init.confirm)
    if (this.#state !== 'idle') return
    this.#state = 'checking'
    this.#init.updater.checkForUpdates()
  }

  async #offer(confirm: () => Promise<boolean>): Promise<void> {
    if (await confirm()) this.#init.updater.quitAndInstall()
  }
}
