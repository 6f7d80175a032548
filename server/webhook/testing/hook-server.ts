import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemTime } from '../../machinery/testing/system-time.ts'
import { loadCertificates } from '../../serving/certificates.ts'

type Json = Record<string, unknown>

/** What a hook does with a review: an object is its answer, a text the answer's body as it is. */
export type HookReply =
  | Json
  | string
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | Buffer }
  /** Bytes in the place of an HTTP answer, after which the connection ends. */
  | { readonly raw: string }
  /** It never answers. */
  | 'hang'
  /** It ends the connection. */
  | 'end'

export interface SeenReview {
  readonly path: string
  readonly host: string
  readonly authorization: string | undefined
  readonly review: Json
}

/** An HTTPS server for webhooks in tests, on 127.0.0.1, whose certificate is also good for services of `names`. */
export class HookServer implements AsyncDisposable {
  readonly #server: Server
  readonly #hooks = new Map<string, (review: Json) => HookReply>()
  readonly caBundle: string
  readonly url: string
  readonly port: number
  /** Everything that was asked, in order. */
  readonly seen: SeenReview[] = []
  /** Connections that were made. */
  connections = 0

  private constructor(server: Server, ca: string) {
    this.#server = server
    this.caBundle = Buffer.from(ca).toString('base64')
    this.port = (server.address() as AddressInfo).port
    this.url = `https://127.0.0.1:${this.port}`
    server.on('request', (req, res) => void this.#serve(req, res))
    server.on('secureConnection', () => void this.connections++)
  }

  static async open(names: readonly string[] = []): Promise<HookServer> {
    const dir = mkdtempSync(join(tmpdir(), 'hooks-'))
    // Peers judge certificates by the system's time.
    const { server: own, ca } = loadCertificates({ dir, now: systemTime(), names: ['127.0.0.1', ...names] })
    rmSync(dir, { recursive: true, force: true })
    const server = createServer({ cert: own!.cert, key: own!.key })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return new HookServer(server, ca.cert)
  }

  /** A path, from then on. */
  on(path: string, hook: (review: Json) => HookReply): void {
    this.#hooks.set(path, hook)
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
    const path = req.url!.split('?', 1)[0]!
    const review = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Json
    this.seen.push({ path: req.url!, host: req.headers.host ?? '', authorization: req.headers.authorization, review })
    const hook = this.#hooks.get(path)
    const reply: HookReply = hook === undefined ? { status: 404 } : hook(review)
    if (reply === 'hang') return
    if (reply === 'end') return void req.socket.destroy()
    if (typeof reply === 'string') return void res.writeHead(200, { 'content-type': 'application/json' }).end(reply)
    if ('raw' in reply && typeof reply.raw === 'string') {
      // The peer may go before it has read everything.
      req.socket.on('error', () => undefined).end(reply.raw)
      return
    }
    if ('status' in reply && typeof reply.status === 'number') {
      res.writeHead(reply.status, reply.headers as Record<string, string> | undefined).end(reply.body as string | Buffer | undefined)
      return
    }
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
  }

  /** Ends connections that wait for the next request. */
  closeIdle(): void {
    this.#server.closeIdleConnections()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }
}

/** The answer of a review in the review's own version. */
export function reviewed({ apiVersion, request }: Json, response: Json = {}): Json {
  return { apiVersion, kind: 'AdmissionReview', response: { uid: (request as Json).uid, allowed: true, ...response } }
}

/** The same with a JSON patch. */
export const patching = (review: Json, ...patch: readonly Json[]): Json =>
  reviewed(review, { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') })
