import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { Clock } from '../machinery/clock.ts'
import type { IsIdentityHeader } from '../machinery/identity-headers.ts'
import { http } from '../machinery/node-http.ts'
import type { ConnectionState, ExchangeHandler } from './exchange.ts'
import { Http1Connections, http1ServerOptions, type Http1Connection } from './http1-connection.ts'
import { Http1Exchange } from './http1-exchange.ts'

export interface Http1Options {
  readonly handler: ExchangeHandler
  readonly clock: Clock
  /** A bug in a handler: it let an error out. */
  readonly onHandlerError: (e: unknown) => void
  /** Absent: those with the usual names. */
  readonly isIdentityHeader?: IsIdentityHeader | undefined
}

const upgradable = new Set(['spdy/3.1', 'websocket'])

/** HTTP/1.1 on sockets that are ready for it. */
export class Http1 {
  readonly #options: Http1Options
  readonly #server: Server
  readonly #connections: Http1Connections

  constructor(options: Http1Options) {
    this.#options = options
    const server = (this.#server = http.createServer({
      ...http1ServerOptions,
      // Other protocols' offers are declined by answering in HTTP/1.1 (RFC 9110 §7.8).
      shouldUpgradeCallback: (req) => upgradable.has(String(req.headers.upgrade).toLowerCase()),
    }))
    this.#connections = new Http1Connections(server, options.clock)
    const onRequest = (req: IncomingMessage, res: ServerResponse): void => {
      const connection = this.#connections.begin(req, res)
      if (connection === undefined) return
      const exchange = new Http1Exchange(req, res, connection.state, this.#options.isIdentityHeader)
      connection.answer = exchange
      connection.inOrder(res, () => this.#run(exchange))
    }
    server.on('request', onRequest)
    // The exchange says 100 when somebody wants the body.
    server.on('checkContinue', onRequest)
    // Nobody is led through here; without a listener node would say nothing.
    server.on('connect', (_, socket: Duplex) => {
      socket.on('error', () => socket.destroy())
      socket.end('HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n', () => socket.destroy())
    })
    server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => this.#onUpgrade(req, socket as Socket, head))
  }

  accept(socket: Socket, state: ConnectionState): Http1Connection {
    return this.#connections.accept(socket, state, () => void this.#server.emit('connection', socket))
  }

  #onUpgrade(req: IncomingMessage, socket: Socket, head: Buffer): void {
    // Not an HTTP connection any more for node; if the handler declines, the answer is written and the connection ends.
    const res = new http.ServerResponse(req)
    res.shouldKeepAlive = false
    res.assignSocket(socket)
    res.once('finish', () => socket.destroySoon())
    socket.on('error', () => socket.destroy())
    const connection = this.#connections.begin(req, res)
    if (connection === undefined) return
    const exchange = new Http1Exchange(req, res, connection.state, this.#options.isIdentityHeader)
    exchange.upgrade = () => {
      exchange.responded = true
      exchange.status = 101
      res.detachSocket(socket)
      connection.upgraded()
      socket.once('close', () => res.emit('close'))
      return { socket, head }
    }
    this.#run(exchange)
  }

  #run(exchange: Http1Exchange): void {
    const failed = (e: unknown): void => {
      this.#options.onHandlerError(e)
      if (exchange.responded) exchange.destroy()
      else exchange.respond(500, {})
    }
    try {
      const result = this.#options.handler(exchange)
      if (result !== undefined) result.catch(failed)
    } catch (e) {
      failed(e)
    }
  }
}
