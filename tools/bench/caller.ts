import http2 from 'node:http2'

export interface Answer {
  status: number
  text: string
}

/** Those of Go's clients (net/http, http2 transport): with Node's 64 KB a large answer waits for the client at every turn. */
export const [STREAM_WINDOW, CONNECTION_WINDOW] = [4 << 20, 1 << 30]

/** Requests over a few HTTP/2 connections, as a client that is never what is waited for. */
export class Caller {
  readonly #sessions: http2.ClientHttp2Session[]
  readonly #auth: Readonly<Record<string, string>>
  #next = 0

  constructor(url: string, token: string, connections = 4) {
    this.#sessions = Array.from({ length: connections }, () => {
      const session = http2.connect(url, { rejectUnauthorized: false, settings: { initialWindowSize: STREAM_WINDOW } })
      return session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW))
    })
    this.#auth = { authorization: `Bearer ${token}` }
  }

  call(method: string, path: string, body?: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const session = this.#sessions[this.#next++ % this.#sessions.length]!
    return new Promise((resolve, reject) => {
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      const stream = session.request({ ':method': method, ':path': path, ...this.#auth, ...type, ...headers })
      let status = 0
      const chunks: Buffer[] = []
      stream.on('response', (h) => (status = Number(h[':status'])))
      stream.on('data', (d: Buffer) => chunks.push(d))
      stream.on('error', reject)
      stream.on('end', () => resolve({ status, text: Buffer.concat(chunks).toString() }))
      stream.end(body)
    })
  }

  /** @throws Error for an answer that is no success */
  async must(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<string> {
    const { status, text } = await this.call(method, path, body === undefined ? undefined : JSON.stringify(body), headers)
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`)
    return text
  }

  /** Calls `one` for 0 to `n` - 1, so many at once. Resolves to how many a second were done. @throws what one of them throws */
  async rate(n: number, one: (i: number) => Promise<unknown>, atOnce = 40): Promise<number> {
    const began = performance.now()
    let next = 0
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (next < n) await one(next++)
      }),
    )
    return (n * 1000) / (performance.now() - began)
  }

  close(): void {
    for (const session of this.#sessions) session.close()
  }
}
