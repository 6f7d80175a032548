import type { IncomingMessage, ServerResponse } from 'node:http'
import { woken } from '../../machinery/woken.ts'
import { escapeHtml } from '../../machinery/html.ts'
import { Turns } from '../turns.ts'

/** One request to the kubelet API, parsed once. */
export interface KubeletRequest {
  readonly method: string
  /** Decoded and with `.` and `..` taken out, always from `/`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly raw: IncomingMessage
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
}

export type KubeletHandler = (req: KubeletRequest, res: ServerResponse, params: readonly string[]) => void | Promise<void>

export interface Route {
  /** Without it, every method. */
  methods?: readonly string[]
  /** Whole-path pattern; its groups become `params`. */
  path: RegExp
  handler: KubeletHandler
  /** `kubelet_http_*` label. */
  bucket: string
  longRunning?: boolean
  /** Requests served at once; more are answered 429. */
  atOnce?: number
}

const TEXT = 'text/plain; charset=utf-8'

export function send(res: ServerResponse, status: number, body: string | Buffer, headers: Record<string, string> = {}): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  res.writeHead(status, { 'Content-Type': TEXT, 'Content-Length': bytes.length, ...headers })
  res.end(res.req.method === 'HEAD' ? undefined : bytes)
}

/** Go's http.Error: the text, a newline, and nosniff. */
export function httpError(res: ServerResponse, status: number, message: string): void {
  send(res, status, `${message}\n`, { 'X-Content-Type-Options': 'nosniff' })
}

export function tooManyRequests(res: ServerResponse): void {
  send(res, 429, 'Too many requests, please try again later.\n', { 'X-Content-Type-Options': 'nosniff', 'Retry-After': '1' })
}

/** The two not-found texts a kubelet has: its router's, and Go's. */
export const routeNotFound = (res: ServerResponse): void => send(res, 404, '404: Page Not Found')
export const pageNotFound = (res: ServerResponse): void => httpError(res, 404, '404 page not found')

export function methodNotAllowed(res: ServerResponse, allow: readonly string[]): void {
  send(res, 405, '405: Method Not Allowed', { Allow: allow.join(', ') })
}

export function json(res: ServerResponse, value: unknown): void {
  send(res, 200, JSON.stringify(value), { 'Content-Type': 'application/json' })
}

/** Written in pieces of about this many characters. */
const PIECE = 65_536

/** A list of API objects, encoded one by one and no faster than the client takes it, in turns with others. */
export async function jsonList(res: ServerResponse, kind: string, items: Iterable<unknown>, signal: AbortSignal): Promise<void> {
  res.writeHead(200, { 'Content-Type': 'application/json' })
  const turns = new Turns()
  let piece = `{"kind":${JSON.stringify(kind)},"apiVersion":"v1","metadata":{},"items":[`
  let between = ''
  for (const item of items) {
    piece += between + JSON.stringify(item)
    between = ','
    if (piece.length >= PIECE) {
      if (!res.write(piece)) await woken((wake) => res.once('drain', wake), signal)
      piece = ''
    }
    const turn = turns.step()
    if (turn !== undefined) await turn
    if (signal.aborted) return
  }
  res.end(`${piece}]}`)
}

/** Go's mux sends a bare form to the one with a slash (and an unclean path to its clean form), keeping the query. */
export function redirect(res: ServerResponse, location: string): void {
  const body = `<a href="${escapeHtml(location)}">Temporary Redirect</a>.\n\n`
  send(res, 307, body, { 'Content-Type': 'text/html; charset=utf-8', Location: location })
}

/** Go's path.Clean, with the trailing slash kept as its mux does. */
export function cleanPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  const clean = `/${parts.join('/')}`
  return path.endsWith('/') && clean !== '/' ? `${clean}/` : clean
}
