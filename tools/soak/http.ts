import http2 from 'node:http2'

export interface Answer {
  /** 0 when no answer came: the connection broke, or the server was away. */
  status: number
  body: Buffer
}

/** One HTTP/2 connection to the server, made anew when it breaks. */
export class Connection {
  readonly #url: string
  readonly #token: string
  #session: http2.ClientHttp2Session | undefined

  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  #open(): http2.ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = http2.connect(this.#url, { rejectUnauthorized: false })
      this.#session.on('error', () => undefined)
    }
    return this.#session
  }

  stream(method: string, path: string, headers: Record<string, string> = {}): http2.ClientHttp2Stream {
    return this.#open().request({ ':method': method, ':path': path, authorization: `Bearer ${this.#token}`, ...headers })
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = []
      let status = 0
      const s = this.stream(method, path, { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers })
      s.on('response', (h) => (status = Number(h[':status'])))
      s.on('data', (d: Buffer) => chunks.push(d))
      s.on('error', () => (status = 0))
      s.on('close', () => resolve({ status: s.rstCode === 0 ? status : 0, body: Buffer.concat(chunks) }))
      s.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, body: text } = await this.call(method, path, body)
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.toString().slice(0, 300)}`)
    return JSON.parse(text.toString()) as T
  }

  close(): void {
    this.#session?.destroy()
  }
}

/** Calls `line` with each newline-ended line of a stream, without its newline. */
export function eachLine(s: http2.ClientHttp2Stream, line: (bytes: Buffer) => void): void {
  let rest: Buffer[] = []
  s.on('data', (d: Buffer) => {
    let at = 0
    for (let nl = d.indexOf(10); nl >= 0; nl = d.indexOf(10, at)) {
      const piece = d.subarray(at, nl)
      line(rest.length === 0 ? piece : Buffer.concat([...rest, piece]))
      rest = []
      at = nl + 1
    }
    if (at < d.length) rest.push(d.subarray(at))
  })
}
