import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../../machinery/clock.ts'
import { Connections } from '../../serving/connections.ts'
import { descriptorLimit } from '../../serving/descriptors.ts'
import { Http1Connections, http1ServerOptions } from '../../serving/http1-connection.ts'
import { connectionBounds } from '../../serving/limits.ts'
import { tcpListener } from '../../serving/tcp-listener.ts'
import { tlsServerOptions } from '../../serving/tls.ts'
import { credentialsOf, type Authorize } from './authorize.ts'
import { cleanPath, methodNotAllowed, redirect, send, tooManyRequests, type KubeletRequest, type Route } from './http.ts'
import type { KubeletMetrics } from './metrics.ts'

export interface KubeletServerOptions {
  address: string
  /** 0 takes a free one. */
  port: number
  tls: () => { cert: string | Buffer; key: string | Buffer }
  /** PEM of who signs the certificates of callers. */
  clientCA?: string | Buffer
  /** Asked about every request. */
  authorize: Authorize
  clock: Clock
  routes: (port: number) => readonly Route[]
  metrics: KubeletMetrics
  onError: (error: unknown, path: string) => void
}

export interface KubeletServer {
  readonly port: number
  close(): Promise<void>
}

// Its callers are few: the API server and what collects metrics. Each agent of this process has a port of its own.
const share = 1 / 16
const most = 1024

/**
 * The kubelet's API over TLS. Rejects when the port cannot be had. What answers is made when somebody calls for the first time: a TLS server of
 * its own, with its certificate, takes a tenth of a megabyte, and of thousands of nodes in a process hardly any is ever called.
 */
export async function startKubeletServer(options: KubeletServerOptions): Promise<KubeletServer> {
  const { clock } = options
  const connections = new Connections(clock, connectionBounds(descriptorLimit(), share, most))
  let port = 0
  let server: https.Server | undefined
  const made = (): https.Server => {
    try {
      return (server ??= answering(options, options.routes(port), connections))
    } catch (e) {
      options.onError(e, '/')
      throw e
    }
  }
  const listener = tcpListener(made, connections, clock)
  await new Promise<void>((resolve, reject) => {
    listener.once('error', (e) => {
      connections.close()
      reject(e)
    })
    listener.listen({ port: options.port, host: options.address }, resolve)
  })
  port = (listener.address() as AddressInfo).port
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve())
        connections.destroyAll()
        connections.close()
      }),
  }
}

/** Gets its connections from elsewhere. */
function answering(options: KubeletServerOptions, table: readonly Route[], connections: Connections): https.Server {
  const { clientCA: clientCa, clock, tls } = options
  // A caller without a certificate may have a token, and gets an answer in any case.
  const server = https.createServer({
    ...tlsServerOptions({ ...tls(), ...(clientCa === undefined ? {} : { clientCa }) }),
    ...http1ServerOptions,
  })
  const http1 = new Http1Connections(server, clock)
  server.on('secureConnection', (socket: TLSSocket) => {
    const state = { peerCertificate: undefined, memo: new Map() }
    // The server has its own listener for it, which came first.
    connections.established(
      socket,
      state,
      http1.accept(socket, state, () => {}),
    )
  })
  server.on('request', (req, res) => {
    const connection = http1.begin(req, res)
    if (connection !== undefined) void serve(req, res, table, options, () => (connection.state.authenticated = true))
  })
  server.on('tlsClientError', () => undefined)
  return server
}

async function serve(
  raw: IncomingMessage,
  res: ServerResponse,
  table: readonly Route[],
  o: KubeletServerOptions,
  known: () => void,
): Promise<void> {
  const [rawPath, search] = splitTarget(raw.url ?? '/')
  const abort = new AbortController()
  // The phases of a connection, metrics, bounds and a file's pipeline each listen for its end.
  res.setMaxListeners(20)
  res.once('close', () => abort.abort())
  let done: (() => void) | undefined
  try {
    const path = decodePath(rawPath)
    if (path === undefined) return send(res, 400, '400 Bad Request')
    const method = raw.method ?? 'GET'
    // The last route matches everything.
    const route = table.find((r) => r.path.test(path))!
    done = observe(o.metrics, route, method, res)
    const refusal = await o.authorize(credentialsOf(raw), { method, path })
    if (refusal !== undefined) return send(res, refusal.status, refusal.message)
    known()
    const clean = cleanPath(rawPath)
    if (clean !== rawPath) return redirect(res, clean + search)
    if (route.methods !== undefined && !route.methods.includes(method)) return methodNotAllowed(res, route.methods)
    if (!enter(route, res)) return tooManyRequests(res)
    const request: KubeletRequest = { method, path, query: new URLSearchParams(search), raw, signal: abort.signal }
    await route.handler(request, res, route.path.exec(path)!.slice(1))
  } catch (e) {
    if (abort.signal.aborted) return
    o.onError(e, rawPath)
    if (res.headersSent) res.destroy()
    else send(res, 500, `Internal Error: ${e instanceof Error ? e.message : String(e)}`)
  } finally {
    done?.()
  }
}

const atWork = new WeakMap<Route, number>()

/** False when as many requests of a route are at work as may be; else the answer's end makes room again. */
function enter(route: Route, res: ServerResponse): boolean {
  if (route.atOnce === undefined) return true
  const running = atWork.get(route) ?? 0
  if (running >= route.atOnce) return false
  atWork.set(route, running + 1)
  const leave = (): void => void atWork.set(route, (atWork.get(route) ?? 1) - 1)
  if (res.closed) leave()
  else res.once('close', leave)
  return true
}

function splitTarget(url: string): [path: string, search: string] {
  const at = url.indexOf('?')
  const path = at === -1 ? url : url.slice(0, at)
  return [path.startsWith('/') ? path : `/${path}`, at === -1 ? '' : url.slice(at)]
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

const METHODS = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'])

function observe(metrics: KubeletMetrics, route: Route, method: string, res: ServerResponse): () => void {
  const ended = metrics.requestBegan(route.longRunning === true, METHODS.has(method) ? method : 'other', route.bucket)
  let isOver = false
  const finish = (): void => {
    if (isOver || (!res.writableEnded && !res.destroyed)) return
    isOver = true
    ended()
  }
  res.once('close', finish)
  return finish
}
