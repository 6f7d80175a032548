import { connect, type ClientHttp2Session } from 'node:http2'
import { Agent, request } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'

/** A server under comparison. */
export interface Target {
  name: string
  url: string
  token: string
}

export interface Ask {
  method?: string
  path: string
  headers?: Readonly<Record<string, string | string[]>>
  /** An object is sent as JSON. */
  body?: object | string | Buffer
  /** Over HTTP/2 instead of HTTP/1.1. */
  h2?: boolean
}

export interface Answer {
  status: number
  headers: Readonly<Record<string, string>>
  body: Buffer
}

const LIMIT_MS = 20_000
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 8 })

export function bytesOf(body: Ask['body']): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

export function headersOf(target: Target, ask: Ask): Record<string, string | string[]> {
  const json = typeof ask.body === 'object' && !Buffer.isBuffer(ask.body)
  return {
    authorization: `Bearer ${target.token}`,
    accept: 'application/json',
    ...(json ? { 'content-type': 'application/json' } : {}),
    ...ask.headers,
  }
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [k, v] of Object.entries(headers)) if (v !== undefined) out[k] = Array.isArray(v) ? v.join(', ') : String(v)
  return out
}

/** One request, whole; rejects when the server closes the connection or does not answer within twenty seconds. */
export function send(target: Target, ask: Ask): Promise<Answer> {
  return ask.h2 === true ? sendOverHttp2(target, ask) : sendOverHttp1(target, ask)
}

function sendOverHttp1(target: Target, ask: Ask): Promise<Answer> {
  const body = bytesOf(ask.body)
  const { hostname, port } = new URL(target.url)
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(body.length) }
  return new Promise((resolve, reject) => {
    const req = request(
      {
        agent,
        hostname,
        port,
        method: ask.method ?? 'GET',
        path: ask.path,
        headers: { ...headersOf(target, ask), ...length },
        timeout: LIMIT_MS,
      },
      (res) => {
        const chunks: Buffer[] = []
        res.on('data', (c: Buffer) => chunks.push(c))
        res.once('error', reject)
        res.once('end', () => resolve({ status: res.statusCode ?? 0, headers: flat(res.headers), body: Buffer.concat(chunks) }))
      },
    )
    req.once('timeout', () => req.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)))
    req.once('error', reject)
    req.end(body)
  })
}

const sessions = new Map<string, ClientHttp2Session>()

function sendOverHttp2(target: Target, ask: Ask): Promise<Answer> {
  let session = sessions.get(target.url)
  if (session === undefined || session.closed || session.destroyed) {
    session = connect(target.url, { rejectUnauthorized: false })
    session.on('error', () => sessions.delete(target.url))
    sessions.set(target.url, session)
  }
  const body = bytesOf(ask.body)
  const head = { ':method': ask.method ?? 'GET', ':path': ask.path, ...headersOf(target, ask) }
  const stream = session.request(head, { endStream: body === undefined })
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let status = 0
    let headers: Record<string, string> = {}
    stream.setTimeout(LIMIT_MS, () => stream.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)))
    stream.on('response', (h) => {
      status = Number(h[':status'])
      headers = flat(h)
    })
    stream.on('data', (c: Buffer) => chunks.push(c))
    stream.once('error', reject)
    stream.once('close', () => reject(new Error('the stream was closed without an answer')))
    stream.once('end', () => resolve({ status, headers, body: Buffer.concat(chunks) }))
    if (body !== undefined) stream.end(body)
  })
}

/** An answer that goes on: frames as they come. */
export interface Stream {
  status: number
  headers: Readonly<Record<string, string>>
  /** The lines so far; resolves when there are `count` of them, the answer has ended, or `limitMs` are over. */
  lines(count: number, limitMs?: number): Promise<string[]>
  readonly ended: boolean
  close(): void
}

/** Opens a request whose answer is read line by line. */
export function open(target: Target, ask: Ask): Promise<Stream> {
  const { hostname, port } = new URL(target.url)
  return new Promise((resolve, reject) => {
    const req = request(
      { agent: false, rejectUnauthorized: false, hostname, port, method: 'GET', path: ask.path, headers: headersOf(target, ask) },
      (res) => {
        let text = ''
        let wake: () => void = () => undefined
        const stream = {
          status: res.statusCode ?? 0,
          headers: flat(res.headers),
          ended: false,
          close: () => void req.destroy(),
          lines: (count: number, limitMs = 3000) =>
            new Promise<string[]>((done) => {
              const all = (): string[] => text.split('\n').filter((l) => l !== '')
              const timer = setTimeout(() => done(all()), limitMs)
              wake = () => {
                if (all().length < count && !stream.ended) return
                clearTimeout(timer)
                done(all())
              }
              wake()
            }),
        }
        res.on('data', (c: Buffer) => {
          text += c.toString('utf8')
          wake()
        })
        const over = (): void => {
          stream.ended = true
          wake()
        }
        res.once('end', over)
        res.once('error', over)
        resolve(stream)
      },
    )
    req.once('error', reject)
    req.end()
  })
}

/** Closes what is kept open for reuse. */
export function closeConnections(): void {
  agent.destroy()
  for (const s of sessions.values()) s.close()
}
