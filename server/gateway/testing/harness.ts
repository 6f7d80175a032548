import { createServer, type IncomingMessage, request, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { selfSigned } from '../../client/testing/tls-server.ts'
import type { Transport } from '../../client/transport.ts'
import { type Clock, systemClock } from '../../machinery/clock.ts'
import type { Gateway, LocalControl, LocalReach, LocalState } from '../contract.ts'
import type { ServerMessage } from '../frames.ts'
import { startGateway } from '../gateway.ts'
import type { Notice } from '../notices.ts'
import type { ConnectionTimes } from '../connection-times.ts'
import { KEY_HEADER, WATCH_PROTOCOL } from '../session.ts'

/** Of every `fakeCluster` over TLS; a `harness` trusts it. */
let pair: ReturnType<typeof selfSigned> | undefined
const certificate = (): ReturnType<typeof selfSigned> => (pair ??= selfSigned('CN=fake', [{ type: 'ip', value: '127.0.0.1' }]))

/** An HTTP server in the place of a cluster; `requests` remembers what arrived. Credentials are sent to one over TLS alone. */
export interface FakeCluster {
  url: string
  requests: IncomingMessage[]
  server: Server
  close(): Promise<void>
}

export async function fakeCluster(handle: RequestListener, over: 'http' | 'https' = 'http'): Promise<FakeCluster> {
  const requests: IncomingMessage[] = []
  const listener: RequestListener = (req, res) => {
    requests.push(req)
    handle(req, res)
  }
  const server = over === 'http' ? createServer(listener) : createSecureServer(await certificate(), listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `${over}://127.0.0.1:${port}`, requests, server, close }
}

/** A local control plane that a test switches by hand. */
export class FakeLocal implements LocalControl {
  state: LocalState = 'stopped'
  reached: LocalReach | undefined
  starting: Promise<void> | undefined
  /** How often somebody waited for it. */
  asked = 0
  calls: string[] = []

  use(transport: Transport): void {
    this.state = 'running'
    this.reached = { transport }
  }

  status() {
    return {
      state: this.state,
      store: 'sqlite' as const,
      url: '',
      kubeconfig: '/data of mine/kubeconfig',
      startedAt: 0,
      restarts: 0,
      log: [],
    }
  }
  reach(): LocalReach | undefined {
    return this.reached
  }
  async settled(): Promise<void> {
    this.asked++
    await this.starting
  }
  async start(): Promise<void> {
    this.calls.push('start')
    this.state = 'running'
  }
  async stop(): Promise<void> {
    this.calls.push('stop')
    this.state = 'stopped'
  }
  async restart(): Promise<void> {
    this.calls.push('restart')
    throw new Error('the data folder is locked')
  }
}

export const LAUNCH_TOKEN = 'the token of this launch'

export interface Harness {
  gateway: Gateway
  local: FakeLocal
  dir: string
  kubeconfig: string
  cookie: string
  key: string
  /** What admits a request for data: the cookie and the key. */
  admitted: Record<string, string>
  get(path: string, init?: RequestInit): Promise<Response>
  connect(headers?: Record<string, string>): WebSocket
  close(): Promise<void>
}

/** A gateway with its own kubeconfig of contexts `{name: {server, user, more}}` and a small built renderer. `more`: of the cluster. */
export async function harness(
  contexts: Record<string, { server: string; user?: object; more?: object }> = {},
  { clock = systemClock, times }: { clock?: Clock; times?: ConnectionTimes } = {},
): Promise<Harness> {
  const dir = await mkdtemp(join(tmpdir(), 'gateway-'))
  const kubeconfig = join(dir, 'config')
  const names = Object.entries(contexts)
  const authority = Buffer.from((await certificate()).cert).toString('base64')
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': names[0]?.[0],
      clusters: names.map(([name, { server, more }]) => ({
        name,
        cluster: { server, ...(server.startsWith('https://127.0.0.1') && { 'certificate-authority-data': authority }), ...more },
      })),
      users: names.map(([name, c]) => ({ name, user: c.user ?? {} })),
      contexts: names.map(([name]) => ({ name, context: { cluster: name, user: name } })),
    }),
  )
  await writeFile(join(dir, 'index.html'), '<!doctype html><title>Binnacle</title>')
  const local = new FakeLocal()
  const log = { info: () => {}, warn: () => {} }
  const gateway = await startGateway({
    local,
    staticDir: `${dir}/`,
    kubeconfigFiles: [kubeconfig],
    clock,
    log,
    launchToken: LAUNCH_TOKEN,
    ...(times === undefined ? {} : { times }),
  })
  const { cookie, key } = await signIn(gateway.newSessionUrl())
  const admitted = { cookie, [KEY_HEADER]: key }
  return {
    gateway,
    local,
    dir,
    kubeconfig,
    cookie,
    key,
    admitted,
    get: (path, init = {}) => fetch(gateway.url + path, { redirect: 'manual', ...init, headers: { ...admitted, ...init.headers } }),
    connect: (headers = {}) =>
      new WebSocket(`ws://127.0.0.1:${gateway.port}/watch`, [WATCH_PROTOCOL, key], {
        headers: { cookie, origin: gateway.url, ...headers },
      }),
    close: async () => {
      await gateway.close()
      await rm(dir, { recursive: true })
    },
  }
}

/** What a browser keeps of the entrance page. */
export async function signIn(sessionUrl: string): Promise<{ cookie: string; key: string }> {
  const answer = await fetch(sessionUrl, { redirect: 'manual' })
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
  const key = /setItem\('binnacle\.key', '([\w-]{43})'\)/.exec(await answer.text())?.[1]
  if (key === undefined) throw new Error(`${answer.status}: the session address gave no key`)
  return { cookie, key }
}

/** fetch() may not set Host, Origin or Sec-Fetch headers; this may. */
export function raw(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (c: Buffer) => chunks.push(c))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
    })
    req.on('upgrade', (_, socket) => {
      socket.destroy()
      resolve({ status: 101, body: '' })
    })
    req.on('error', reject)
    req.end()
  })
}

/** Both ends of a pipe are in this process: what can move moves within a turn of the event loop, and is full when many turns moved nothing. */
export async function standsStill(count: () => number): Promise<void> {
  for (let still = 0, last = -1; still < 1000; still++) {
    if (count() !== last) {
      last = count()
      still = 0
    }
    await new Promise((turn) => void setImmediate(turn))
  }
}

/** Collects frames and lets a test wait for one that fits. */
export class Frames {
  readonly all: ServerMessage[] = []
  /** What came without being asked for. */
  readonly notices: Notice[] = []
  readonly #waiting = new Set<() => void>()

  constructor(ws: WebSocket) {
    ws.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ServerMessage | Notice
      if (message.t === 'cluster' || message.t === 'contexts') this.notices.push(message)
      else this.all.push(message)
      for (const check of this.#waiting) check()
    })
  }

  until(done: (all: ServerMessage[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!done(this.all)) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }

  untilNotice(done: () => boolean): Promise<void> {
    return this.until(done)
  }

  /** How a cluster was said to be, in order. */
  phases(context: string): string[] {
    return this.notices.flatMap((n) => (n.t === 'cluster' && n.state.context === context ? [n.state.phase] : []))
  }

  lines(id: number): unknown[] {
    return this.all.flatMap((m) => (m.t === 'data' && m.id === id ? m.lines : []))
  }
}

export function opened(ws: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
  })
}

/** Answers a watch: JSON event lines that the test writes. */
export function beginWatch(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'application/json' })
  res.flushHeaders()
}
