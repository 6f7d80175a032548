import { type ClientHttp2Session, connect } from 'node:http2'
import type { Arena, Attack, Run } from './attack.ts'
import { Tally } from './tally.ts'

export interface Ask {
  method?: string
  path: string
  /** The viewer's unless said otherwise; empty for nobody's. */
  token?: string
  headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  body?: object | string | Buffer
  contentType?: string
}

export interface Answer {
  status: string
  body: Buffer
}

const KEPT = 1 << 20
const MAX_HEADERS = 4 << 20

/** A well-behaved HTTP/2 client: it connects anew when its connection is gone. */
export class Client {
  readonly #arena: Arena
  #session: ClientHttp2Session | undefined

  constructor(arena: Arena) {
    this.#arena = arena
  }

  #open(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = connect(this.#arena.target.url, { rejectUnauthorized: false, maxSendHeaderBlockLength: MAX_HEADERS })
      this.#session.on('error', () => undefined)
    }
    return this.#session
  }

  ask(ask: Ask): Promise<Answer> {
    const { body, token = this.#arena.target.viewerToken } = ask
    const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    return new Promise((resolve) => {
      const chunks: Buffer[] = []
      let [status, kept] = ['', 0]
      const stream = this.#open().request(
        {
          ':method': ask.method ?? 'GET',
          ':path': ask.path,
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(bytes === undefined ? {} : { 'content-type': ask.contentType ?? 'application/json' }),
          ...ask.headers,
        },
        { endStream: bytes === undefined },
      )
      const done = (fallback: string): void => resolve({ status: status === '' ? fallback : status, body: Buffer.concat(chunks) })
      stream.on('response', (h) => (status = String(h[':status'])))
      stream.on('data', (d: Buffer) => {
        kept += d.length
        if (kept <= KEPT) chunks.push(d)
      })
      stream.once('error', (e: NodeJS.ErrnoException) => {
        // An answer that is broken off is no answer that was given.
        if (status !== '') status = `${status}, broken off`
        done(e.code === 'ERR_HTTP2_STREAM_ERROR' ? 'RST_STREAM' : 'reset')
      })
      stream.once('close', () => done('closed'))
      if (bytes !== undefined) stream.end(bytes)
    })
  }

  /** As system:masters; rejects when it is refused. */
  async must(ask: Ask): Promise<Buffer> {
    const { status, body } = await this.ask({ token: this.#arena.target.token, ...ask })
    if (!/^2|409/.test(status)) throw new Error(`${ask.method ?? 'GET'} ${ask.path}: ${status} ${body.toString().slice(0, 300)}`)
    return body
  }

  close(): void {
    this.#session?.destroy()
  }
}

/** `n` of what `each` makes. */
export const list = <T>(n: number, each: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => each(i))

/** `n` of them, `parallel` at a time, until the time is over. */
export async function many(arena: Arena, n: number, parallel: number, each: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < n && !arena.signal.aborted) await each(next++)
  }
  await Promise.all(Array.from({ length: Math.min(n, parallel) }, worker))
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const inNamespace = (arena: Arena, resource: string, group = 'api/v1'): string =>
  `/${group}/namespaces/${arena.target.namespace}/${resource}`

/** An attack of requests over one well-behaved connection: `make` builds them before anything is measured. */
export function requests(name: string, make: (arena: Arena) => readonly Ask[] | Promise<readonly Ask[]>, parallel = 1): Attack {
  return {
    name,
    async prepare(arena): Promise<Run> {
      const asks = await make(arena)
      const client = new Client(arena)
      return async () => {
        const tally = new Tally()
        await many(arena, asks.length, parallel, async (i) => tally.add((await client.ask(asks[i]!)).status))
        client.close()
        return tally
      }
    },
  }
}

/** As admin, without keeping what comes of it. */
export const dryRun = 'dryRun=All'

export async function removeAll(arena: Arena, path: string): Promise<void> {
  const client = new Client(arena)
  await client.ask({ method: 'DELETE', path, token: arena.target.token, body: { gracePeriodSeconds: 0 } })
  client.close()
}
