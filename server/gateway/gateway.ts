import { randomBytes } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { http } from '../machinery/node-http.ts'
import { StatusError, toStatus } from '../machinery/status.ts'
import { timesFrom } from './connection-times.ts'
import { Contexts } from './contexts.ts'
import type { Gateway, GatewayOptions, LocalControl } from './contract.ts'
import { GatewayError, statusBody } from './errors.ts'
import { Guard, pageHeaders, type Refusal, securityHeaders } from './guard.ts'
import { entrancePage, refusalPage, usedAddress } from './pages.ts'
import { proxyToCluster } from './proxy.ts'
import { clusterRoute, decodeSegment } from './route.ts'
import { sameSecret, Session, WATCH_PROTOCOL } from './session.ts'
import { StaticFiles } from './static-files.ts'
import { MAX_MESSAGE, serveWatchSocket } from './watch-socket.ts'

const MAX_SOCKETS = 32
/** A second start on this data folder asks here for another one-time address; the header carries the launch's token. */
export const LAUNCH_PATH = '/launch'
export const LAUNCH_HEADER = 'x-binnacle-launch'

/**
 * The one origin that the window speaks to: contexts, clusters, watches, the local control plane, and the renderer's files. Listens on
 * 127.0.0.1 only. Rejects when the port is taken.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const server = http.createServer({ keepAlive: true, keepAliveTimeout: 75_000 })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (e: NodeJS.ErrnoException) => {
      reject(
        e.code === 'EADDRINUSE'
          ? Object.assign(
              new Error(`port ${options.port} of 127.0.0.1 is taken: choose another with --gateway-port, or 0 for a free one`),
              { code: e.code },
            )
          : e,
      )
    })
    server.listen({ host: '127.0.0.1', port: options.port ?? 0 }, resolve)
  })
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const session = new Session(port, options.clock, options.secret)
  const guard = new Guard(port, session)
  const contexts = new Contexts(options.local, options.clock, options.kubeconfigFiles, options.times ?? timesFrom(process.env))
  const files = new StaticFiles(options.staticDir)
  const headers = securityHeaders(port)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false, handleProtocols })
  const newSessionUrl = (): string => `${url}/?session=${session.issueOneTime()}`

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const [pathname = '/', search] = (req.url ?? '/').split('?', 2)
    const method = req.method ?? 'GET'
    // One origin only: the other name of this machine may lead to another program (on ::1), and has a storage of its own.
    if (req.headers.host === `localhost:${port}` && method === 'GET' && pathname.startsWith('/')) {
      return void res.writeHead(307, { ...headers, location: `${url}${req.url}`, 'cache-control': 'no-store' }).end()
    }
    if (pathname === LAUNCH_PATH) return launch(req, res)
    const token = pathname === '/' && method === 'GET' ? new URLSearchParams(search).get('session') : null
    const refusal = guard.refuse({ method, pathname, headers: req.headers, upgrade: false }, token !== null)
    if (refusal !== undefined) return refuse(res, refusal)
    if (token !== null) return enter(req, res, token)
    const cluster = clusterRoute(req.url ?? '/')
    if (cluster !== undefined) return proxyToCluster(contexts, cluster, req, res)
    if (pathname.startsWith('/api/')) return api(req, res, pathname, headers, contexts, options.local)
    if (req.method !== 'GET' && req.method !== 'HEAD') return refuse(res, { status: 405, sentence: 'Only GET is possible here.' })
    if (await files.serve(pathname, req, res, headers)) return
    refuse(res, { status: 404, sentence: `There is nothing at ${pathname}.` })
  }
  const enter = async (req: IncomingMessage, res: ServerResponse, token: string): Promise<void> => {
    // Read first: an address is used once.
    const window = await files.page()
    if (window === undefined) return refuse(res, { status: 404, sentence: 'The window is not built: run npm run build.' })
    if (session.redeem(token)) {
      const more = (nonce: string) => ({ ...securityHeaders(port, nonce), 'set-cookie': session.setCookie() })
      return sendPage(res, 200, (nonce) => entrancePage(window, session.key, nonce), more)
    }
    // Reloading the first address in the same browser is not worth an error. It brings no key: other ports know the cookie.
    if (!session.admits(req.headers.cookie)) return refuse(res, { status: 401, sentence: usedAddress })
    res.writeHead(303, { ...headers, location: '/', 'cache-control': 'no-store' }).end()
  }
  const launch = (req: IncomingMessage, res: ServerResponse): void => {
    const { host, origin, [LAUNCH_HEADER]: sent } = req.headers
    // Programs ask, pages never: a browser names the origin of every POST.
    const may = host === `127.0.0.1:${port}` && origin === undefined && req.method === 'POST'
    if (!may || options.launchToken === undefined || typeof sent !== 'string' || !sameSecret(sent, options.launchToken)) {
      return refuse(res, { status: 403, sentence: 'Only a second start of Binnacle may ask for this.' })
    }
    sendJson(res, headers, 200, { url: newSessionUrl() })
  }

  server.on('request', (req, res) => {
    answer(req, res).catch((e: unknown) => {
      if (res.headersSent) return res.destroy()
      if (!(e instanceof StatusError))
        options.log.warn(`gateway: ${req.method} ${req.url?.split('?')[0]}: ${e instanceof Error ? e.message : String(e)}`)
      sendStatus(res, headers, e)
    })
  })
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const refusal =
      guard.refuse({ method: req.method ?? 'GET', pathname: req.url ?? '/', headers: req.headers, upgrade: true }) ??
      (req.url === '/watch' ? undefined : { status: 404, sentence: 'WebSockets are accepted at /watch.' }) ??
      (sockets.clients.size < MAX_SOCKETS ? undefined : { status: 429, sentence: `More than ${MAX_SOCKETS} windows are open.` })
    if (refusal !== undefined) return refuseUpgrade(socket, refusal)
    sockets.handleUpgrade(req, socket, head, (ws) => serveWatchSocket(ws, contexts, options.clock))
  })
  server.removeAllListeners('error')
  server.on('error', (e) => options.log.warn(`gateway: ${e.message}`))

  return {
    url,
    port,
    sessionUrl: newSessionUrl(),
    newSessionUrl,
    addKubeconfig: (file) => contexts.addFile(file),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const ws of sockets.clients) ws.terminate()
      server.closeAllConnections()
      await Promise.all([closed, contexts.close()])
    },
  }
}

/** Of what a page offers, the name of the protocol and never its key goes back. */
const handleProtocols = (offered: Set<string>): string | false => offered.has(WATCH_PROTOCOL) && WATCH_PROTOCOL

const actions = { start: 'start', stop: 'stop', restart: 'restart' } as const

async function api(
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  headers: OutgoingHttpHeaders,
  contexts: Contexts,
  local: LocalControl,
): Promise<void> {
  const reading = req.method === 'GET' || req.method === 'HEAD'
  if (path === '/api/contexts' && reading) return sendJson(res, headers, 200, await contexts.list())
  const named = /^\/api\/contexts\/([^/]+)\/cluster$/.exec(path)?.[1]
  if (named !== undefined && reading) return sendJson(res, headers, 200, await contexts.cluster(decodeSegment(named)))
  if (path === '/api/local' && reading) return sendJson(res, headers, 200, local.status())
  const name = /^\/api\/local\/(\w+)$/.exec(path)?.[1] ?? ''
  const action = Object.hasOwn(actions, name) ? actions[name as keyof typeof actions] : undefined
  if (action === undefined || req.method !== 'POST') {
    throw new StatusError(404, 'NotFound', `the gateway has no ${req.method} ${path}`)
  }
  try {
    await local[action]()
  } catch (e) {
    throw new GatewayError('LocalNotRunning', e instanceof Error ? e.message : String(e))
  }
  sendJson(res, headers, 200, local.status())
}

function refuse(res: ServerResponse, refusal: Refusal): void {
  sendPage(res, refusal.status, (nonce) => refusalPage(refusal, nonce))
}

function sendPage(
  res: ServerResponse,
  status: number,
  page: (nonce: string) => Buffer,
  headers: (nonce: string) => OutgoingHttpHeaders = pageHeaders,
): void {
  const nonce = randomBytes(16).toString('base64')
  const body = page(nonce)
  res.writeHead(status, {
    ...headers(nonce),
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
  })
  res.end(body)
}

function refuseUpgrade(socket: Duplex, { status, sentence }: Refusal): void {
  const body = `${sentence}\n`
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function sendJson(res: ServerResponse, headers: OutgoingHttpHeaders, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  res.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': body.length, 'cache-control': 'no-store' })
  res.end(body)
}

function sendStatus(res: ServerResponse, headers: OutgoingHttpHeaders, e: unknown): void {
  const status = toStatus(e)
  const body = statusBody(status)
  const fault = e instanceof GatewayError ? { 'x-binnacle-fault': e.fault } : {}
  res.writeHead(status.code, {
    ...headers,
    ...fault,
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
  })
  res.end(body)
}
