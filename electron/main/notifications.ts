import type { Notice } from '../ipc/contract.ts'

/** The slice of Electron's Notification that is used. */
export interface NotificationLike {
  on(event: 'click' | 'close', listener: () => void): unknown
  show(): void
}

/** One object that fails again and again is told of once in this time, ms. */
const quietMs = 60_000
/** More at once, and nobody reads any. */
const mostAtOnce = 3
const burstMs = 5_000

export interface NotifierInit {
  supported(): boolean
  make(options: { title: string; body: string }): NotificationLike
  now(): number
  /** Somebody clicked on it. */
  open(path: string): void
}

/** Tells of what the user has pinned. A click leads to it. */
export class Notifier {
  readonly #init: NotifierInit
  /** A notification that is not held is collected, and its click goes nowhere. */
  readonly #open = new Set<NotificationLike>()
  readonly #lastOf = new Map<string, number>()
  #recent: number[] = []

  constructor(init: NotifierInit) {
    this.#init = init
  }

  /** Whether it is shown. */
  show({ title, body, path }: Notice): boolean {
    const { supported, make, now, open } = this.#init
    if (!supported()) return false
    const at = now()
    for (const [known, last] of this.#lastOf) if (at - last >= quietMs) this.#lastOf.delete(known)
    const key = `${path} ${title}`
    if (this.#lastOf.has(key)) return false
    this.#recent = this.#recent.filter((time) => at - time < burstMs)
    if (this.#recent.length >= mostAtOnce) return false
    this.#lastOf.set(key, at)
    this.#recent.push(at)
    const notification = make({ title, body })
    this.#open.add(notification)
    notification.on('click', () => {
      this.#open.delete(notification)
      open(path)
    })
    notification.on('close', () => this.#open.delete(notification))
    notification.show()
    return true
  }
}
