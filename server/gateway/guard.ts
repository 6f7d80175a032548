import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { Session } from './session.ts'

/** A refused request: what the person at the browser reads, in one sentence. */
export interface Refusal {
  status: number
  sentence: string
}

export interface Guarded {
  method: string
  /** Of the request, without the query. */
  pathname: string
  headers: IncomingHttpHeaders
  /** A WebSocket or other upgrade: browsers send these across origins without asking first. */
  upgrade: boolean
}

/** What clusters and the gateway itself answer: scripts of the window ask for it, and nothing else may show or run it. */
const data = /^\/(clusters|api)(\/|$)/

export const noSession = 'This window has no session.'

/**
 * The checks in their order, for every request. Host first: a page that rebinds its own name to 127.0.0.1 would otherwise count as
 * the same origin. The cookie is SameSite=Strict, but "site" ignores the port, so Origin and Sec-Fetch-Site are checked as well; and
 * the browser sends it to every other port of 127.0.0.1, so for data and for WebSockets it is not enough: they need the page's key.
 */
export class Guard {
  readonly #host: string
  readonly #origin: string
  readonly #session: Session

  constructor(port: number, session: Session) {
    this.#host = `127.0.0.1:${port}`
    this.#origin = `http://${this.#host}`
    this.#session = session
  }

  /** `entrance` skips cookie and key: the request that brings a one-time token. */
  refuse(req: Guarded, entrance = false): Refusal | undefined {
    const { headers } = req
    if (headers.host?.toLowerCase() !== this.#host) return { status: 403, sentence: `Binnacle answers only at ${this.#origin}.` }
    const safe = req.method === 'GET' || req.method === 'HEAD'
    if (headers.origin === undefined ? req.upgrade || !safe : headers.origin !== this.#origin) {
      return { status: 403, sentence: 'This request came from another origin.' }
    }
    if (entrance) return undefined
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      return { status: 403, sentence: 'This request came from another site.' }
    }
    const asData = req.upgrade || data.test(req.pathname)
    const destination = headers['sec-fetch-dest']
    // A WebSocket's destination is "websocket" (Fetch §2.2.5) in some browsers and "empty" in others.
    if (asData && destination !== undefined && destination !== 'empty' && !(req.upgrade && destination === 'websocket')) {
      return { status: 403, sentence: `What clusters answer is shown by Binnacle's window only, and not loaded as a ${destination}.` }
    }
    if (!this.#session.admits(headers.cookie)) return { status: 401, sentence: noSession }
    if (asData && !this.#session.holdsKey(headers)) return { status: 401, sentence: noSession }
    return undefined
  }
}

/**
 * Headers of every response of the gateway itself. Scripts and styles come from the build's folder: pods' answers share this origin.
 * `nonce` lets one script of the page itself run.
 */
export function securityHeaders(port: number, nonce?: string): OutgoingHttpHeaders {
  const origin = `http://127.0.0.1:${port}`
  const policy = [
    `default-src 'none'`,
    `script-src ${origin}/assets/${nonce === undefined ? '' : ` 'nonce-${nonce}'`}`,
    `style-src ${origin}/assets/ 'unsafe-inline'`,
    `img-src ${origin}/assets/ ${origin}/icon.svg data:`,
    `font-src ${origin}/assets/`,
    `connect-src 'self' ws://127.0.0.1:${port}`,
    `worker-src ${origin}/assets/`,
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

/** Headers of a page of `pages.ts`, whose one script carries this nonce. */
export const pageHeaders = (nonce: string): OutgoingHttpHeaders => ({
  ...common,
  'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
})
