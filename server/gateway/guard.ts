import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Session } from './session.ts'

/** A refused request: what the person at the browser reads, in one sentence. */
export interface Refusal {
  status: number
  sentence: string
}

export interface Guarded {
  method: string
  headers: IncomingHttpHeaders
  /** A WebSocket or other upgrade: browsers send these across origins without asking first. */
  upgrade: boolean
}

/**
 * The checks in their order, for every request. Host first: a page that rebinds its own name to 127.0.0.1 would otherwise count as
 * the same origin. The cookie is SameSite=Strict, but "site" ignores the port, so Origin and Sec-Fetch-Site are checked as well.
 */
export class Guard {
  readonly #hosts: ReadonlySet<string>
  readonly #origins: ReadonlySet<string>
  readonly #session: Session

  constructor(port: number, session: Session) {
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`])
    this.#origins = new Set([...this.#hosts].map((h) => `http://${h}`))
    this.#session = session
  }

  /** `entrance` skips the cookie: the request that brings a one-time token. */
  refuse(req: Guarded, entrance = false): Refusal | undefined {
    const host = req.headers.host
    if (host === undefined || !this.#hosts.has(host.toLowerCase())) {
      return { status: 403, sentence: 'Binnacle answers only at 127.0.0.1 and localhost.' }
    }
    const safe = req.method === 'GET' || req.method === 'HEAD'
    const origin = req.headers.origin
    if (origin === undefined ? req.upgrade || !safe : !this.#origins.has(origin) || new URL(origin).host !== host.toLowerCase()) {
      return { status: 403, sentence: 'This request came from another origin.' }
    }
    if (entrance) return undefined
    const site = req.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      return { status: 403, sentence: 'This request came from another site.' }
    }
    if (!this.#session.admits(req.headers.cookie)) {
      return { status: 401, sentence: 'This window has no session: open the address that Binnacle printed when it started.' }
    }
    return undefined
  }
}

/** Headers of every response of the gateway itself. */
export function securityHeaders(port: number): OutgoingHttpHeaders {
  const policy = [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
    `worker-src 'self'`,
    `manifest-src 'self'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ]
  return { 'content-security-policy': policy.join('; '), ...common }
}

const common: OutgoingHttpHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
  'x-frame-options': 'DENY',
}

/** Headers of everything that comes from a cluster: a page served by a pod must not run as a part of this window. */
export const proxiedHeaders: OutgoingHttpHeaders = { 'content-security-policy': `sandbox; default-src 'none'`, ...common }

/** The refusal as a page that needs no style sheet. */
export function refusalPage(sentence: string): Buffer {
  const text = sentence.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c)
  return Buffer.from(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Binnacle</title><p>${text}</p></html>\n`)
}
