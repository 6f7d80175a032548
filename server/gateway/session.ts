import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../machinery/clock.ts'

const MAX_OUTSTANDING = 16
/** A one-time address that nobody has opened by then is worthless. */
export const ONE_TIME_MS = 5 * 60_000

/** The page's key in requests; WebSockets, whose headers a page cannot set, offer it as a subprotocol beside this one. */
export const KEY_HEADER = 'x-binnacle-key'
export const WATCH_PROTOCOL = 'binnacle.watch'

/**
 * Who may speak to the gateway: whoever holds the launch's two secrets. The first is a cookie that scripts cannot read and other sites
 * cannot send. Browsers send it to every port of this host, whose servers thereby learn it; so the second, the key, is kept by the
 * page (localStorage, which knows ports) and comes in a header. Neither can be computed from the other.
 * The cookie's name has our port: two launches on one machine do not overwrite each other.
 */
export class Session {
  readonly cookieName: string
  readonly cookieValue: string
  readonly key: string
  readonly #clock: Clock
  /** With the time at which each ends. */
  readonly #oneTime = new Map<string, number>()

  constructor(port: number, clock: Clock, secret: string = randomBytes(32).toString('base64url')) {
    if (secret.length < 32) throw new Error('the session secret is shorter than 32 characters')
    this.cookieName = `binnacle-${port}`
    this.cookieValue = derived(secret, 'cookie')
    this.key = derived(secret, 'key')
    this.#clock = clock
  }

  /** A token that `redeem` takes once, for five minutes. The oldest of more than 16 unused ones is forgotten. */
  issueOneTime(): string {
    const token = randomBytes(32).toString('base64url')
    this.#oneTime.set(token, this.#clock.now() + ONE_TIME_MS)
    const [oldest] = this.#oneTime.keys()
    if (this.#oneTime.size > MAX_OUTSTANDING && oldest !== undefined) this.#oneTime.delete(oldest)
    return token
  }

  redeem(token: string): boolean {
    for (const [t, end] of this.#oneTime) {
      if (!sameSecret(t, token)) continue
      this.#oneTime.delete(t)
      return this.#clock.now() < end
    }
    return false
  }

  setCookie(): string {
    return `${this.cookieName}=${this.cookieValue}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** `header` is the request's Cookie header. */
  admits(header: string | undefined): boolean {
    for (const pair of header?.split(';') ?? []) {
      const eq = pair.indexOf('=')
      if (eq > 0 && pair.slice(0, eq).trim() === this.cookieName && sameSecret(pair.slice(eq + 1).trim(), this.cookieValue)) return true
    }
    return false
  }

  holdsKey(headers: IncomingHttpHeaders): boolean {
    const sent = [headers[KEY_HEADER], ...(headers['sec-websocket-protocol']?.split(',') ?? [])]
    return sent.some((each) => typeof each === 'string' && sameSecret(each.trim(), this.key))
  }
}

const derived = (secret: string, use: string): string => createHmac('sha256', secret).update(use).digest('base64url')

/** Takes the same time whatever the difference: digests have one length. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}
