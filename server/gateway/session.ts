import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const MAX_OUTSTANDING = 16

/**
 * Who may speak to the gateway: whoever holds the launch's secret, in a cookie that scripts cannot read and other sites cannot send.
 * Cookies ignore ports, so the name carries ours: two launches on one machine do not overwrite each other.
 */
export class Session {
  readonly cookieName: string
  readonly #secret: string
  readonly #oneTime = new Set<string>()

  constructor(port: number, secret: string = randomBytes(32).toString('base64url')) {
    if (secret.length < 32) throw new Error('the session secret is shorter than 32 characters')
    this.cookieName = `binnacle-${port}`
    this.#secret = secret
  }

  get cookieValue(): string {
    return this.#secret
  }

  /** A token that `redeem` takes once. The oldest of more than 16 unused ones is forgotten. */
  issueOneTime(): string {
    const token = randomBytes(32).toString('base64url')
    this.#oneTime.add(token)
    const [oldest] = this.#oneTime
    if (this.#oneTime.size > MAX_OUTSTANDING && oldest !== undefined) this.#oneTime.delete(oldest)
    return token
  }

  redeem(token: string): boolean {
    for (const t of this.#oneTime) if (sameSecret(t, token)) return this.#oneTime.delete(t)
    return false
  }

  setCookie(): string {
    return `${this.cookieName}=${this.#secret}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** `header` is the request's Cookie header. */
  admits(header: string | undefined): boolean {
    for (const pair of header?.split(';') ?? []) {
      const eq = pair.indexOf('=')
      if (eq > 0 && pair.slice(0, eq).trim() === this.cookieName && sameSecret(pair.slice(eq + 1).trim(), this.#secret)) return true
    }
    return false
  }
}

/** Takes the same time whatever the difference: digests have one length. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}
