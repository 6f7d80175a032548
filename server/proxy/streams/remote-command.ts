import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import type { Exchange } from '../../serving/exchange.ts'
import type { Switched } from '../tunnel.ts'
import { messageOf } from './kubelet-answer.ts'
import type { StreamMetrics } from './metrics.ts'
import { commandError, commandStatus, type CommandStatus } from './remote-command-status.ts'
import { SpdyConnection, type SpdyStream, type StreamEnd } from './spdy-connection.ts'
import { TerminalSizes } from './terminal-sizes.ts'
import { acceptWebSocket, handshakeError } from '../../serving/websocket.ts'

/** The one subprotocol whose streams can be ended one by one, and the one that is translated. */
export const REMOTE_COMMAND = 'v5.channel.k8s.io'
/** What kubelets speak over SPDY, the newest first. */
export const SPDY_PROTOCOLS = ['v5', 'v4', 'v3', 'v2', 'v1'].map((v) => (v === 'v1' ? 'channel.k8s.io' : `${v}.channel.k8s.io`))

/** The streams that a command is asked for with. */
export interface CommandStreams {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

const STDIN = 0
const STDOUT = 1
const STDERR = 2
const ERROR = 3
const RESIZE = 4
const CLOSE = 255
/** In bytes: so much may wait for a client before the kubelet has to, and for a kubelet that has not answered yet. */
const HIGH_MARK = 1 << 20
/** The error stream holds one Status. */
const MOST_ERROR = 1 << 20
/** So long a command whose client has gone has time to take what that has sent. */
const LINGER_MS = 10_000

/**
 * `exec` and `attach` of a client that speaks WebSocket v5, with a kubelet that speaks SPDY (KEP 4006; apiserver `util/proxy/streamtranslator.go`).
 * The client's connection is switched first: whatever the kubelet says then, an error too, comes on the error channel.
 * @param dial asks the kubelet to switch; rejects with an Error in Go's words
 */
export async function translateCommand(
  exchange: Exchange,
  wanted: CommandStreams,
  metrics: StreamMetrics,
  dial: () => Promise<IncomingMessage | Switched>,
): Promise<void> {
  const refused = handshakeError(exchange)
  if (refused !== undefined) {
    metrics.translated(400)
    return exchange.respond(refused.status, { 'content-type': 'text/plain; charset=utf-8' }, Buffer.from(refused.text))
  }
  const socket = acceptWebSocket(exchange, REMOTE_COMMAND)
  if (socket === undefined) return metrics.translated(400)
  const client = new CommandClient(socket, wanted)
  const status = await run(client, wanted, dial)
  metrics.translated(status.status === 'Failure' && status.code !== undefined ? status.code : 200)
  client.finish(status)
}

async function run(client: CommandClient, wanted: CommandStreams, dial: () => Promise<IncomingMessage | Switched>): Promise<CommandStatus> {
  let answer: IncomingMessage | Switched
  try {
    answer = await dial()
  } catch (e) {
    return commandError((e as Error).message)
  }
  if (!('answer' in answer)) return commandError(`unable to upgrade connection: ${await messageOf(answer)}`)
  const protocol = String(answer.answer.headers['x-stream-protocol-version'] ?? '')
  return new Promise((resolve) => attach(client, wanted, answer, (said) => resolve(commandStatusOf(said, protocol))))
}

type Said = Buffer | undefined
const commandStatusOf = (said: Said, protocol: string): CommandStatus =>
  said === undefined ? commandError('error reading from error stream: unexpected EOF') : commandStatus(said, protocol)

/** Joins the channels with streams of a new connection; `done` is called once, with undefined when the kubelet went without having ended them. */
function attach(client: CommandClient, wanted: CommandStreams, { socket, head }: Switched, done: (said: Said) => void): void {
  const kubelet = new SpdyConnection(socket, head)
  let open = 0
  const said: Buffer[] = []
  let size = 0
  let isLost = false
  const finish = (): void => {
    kubelet.close()
    done(isLost && size === 0 ? undefined : Buffer.concat(said))
  }
  const ended = (how: StreamEnd): void => {
    isLost ||= how === 'lost'
    if (--open === 0) finish()
  }
  const stream = (streamType: string, data: (piece: Buffer) => void): SpdyStream => {
    open++
    return kubelet.open({ streamtype: streamType }, { data, end: ended })
  }
  const output = (type: string, channel: number): SpdyStream =>
    stream(type, (piece) => {
      if (!client.send(channel, piece, () => kubelet.resume())) kubelet.pause()
    })
  stream('error', (piece) => {
    size += piece.length
    if (size <= MOST_ERROR) said.push(piece)
  })
  // A kubelet that ends standard input or the sizes says nothing of the command by it.
  const input = (type: string): SpdyStream => kubelet.open({ streamtype: type }, { data: () => undefined, end: () => undefined })
  const stdin = wanted.stdin ? input('stdin') : undefined
  if (wanted.stdout) output('stdout', STDOUT)
  if (wanted.stderr && !wanted.tty) output('stderr', STDERR)
  const resize = wanted.tty ? input('resize') : undefined
  kubelet.onDrain(() => client.resume())
  client.begin({
    stdin: (data) => stdin?.write(data) ?? true,
    endOfInput: () => stdin?.end(),
    size: (text) => void resize?.write(Buffer.from(text)),
    gone: () => {
      // Nobody reads the output. What the client has sent is heard to its end; a command that was sent nothing has nothing to wait for.
      stdin?.end()
      if (stdin === undefined) return finish()
      kubelet.leave(LINGER_MS)
      done(Buffer.alloc(0))
    },
  })
}

interface CommandInput {
  /** False when nothing more should come for now. */
  stdin(data: Buffer): boolean
  endOfInput(): void
  size(text: string): void
  gone(): void
}

/** A client's WebSocket: each message has its channel before it. */
class CommandClient {
  readonly #socket: WebSocket
  readonly #sizes = new TerminalSizes()
  #input: CommandInput | undefined
  /** Messages that came before somebody takes them. */
  #early: Buffer[] = []
  #earlyBytes = 0
  #gone = false

  constructor(socket: WebSocket, wanted: CommandStreams) {
    this.#socket = socket
    socket.binaryType = 'nodebuffer'
    socket.on('message', (message: Buffer) => this.#onMessage(message))
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#gone = true
      this.#input?.gone()
    })
    // An empty message on the lowest channel that it reads tells the client that there is a connection.
    socket.send(Buffer.of(wanted.stdout ? STDOUT : wanted.stderr ? STDERR : ERROR))
  }

  begin(input: CommandInput): void {
    this.#input = input
    for (const message of this.#early.splice(0)) this.#take(input, message)
    this.resume()
    if (this.#gone) input.gone()
  }

  /** False when the client takes no more for now: `drained` is called when it does again. */
  send(channel: number, piece: Buffer, drained: () => void): boolean {
    const socket = this.#socket
    if (socket.readyState !== socket.OPEN) return true
    const isFull = socket.bufferedAmount > HIGH_MARK
    socket.send(Buffer.concat([Buffer.of(channel), piece]), () => {
      if (isFull) drained()
    })
    return !isFull
  }

  resume(): void {
    if (this.#socket.isPaused) this.#socket.resume()
  }

  finish(status: CommandStatus): void {
    this.#input = undefined
    this.#socket.send(Buffer.concat([Buffer.of(ERROR), Buffer.from(JSON.stringify(status))]), () => undefined)
    this.#socket.close(1000)
    this.resume()
  }

  #onMessage(message: Buffer): void {
    if (this.#input !== undefined) return this.#take(this.#input, message)
    this.#early.push(message)
    this.#earlyBytes += message.length
    if (this.#earlyBytes > HIGH_MARK) this.#socket.pause()
  }

  #take(input: CommandInput, message: Buffer): void {
    const channel = message[0]
    if (channel === undefined) return
    const data = message.subarray(1)
    if (channel === STDIN && data.length > 0 && !input.stdin(data)) this.#socket.pause()
    if (channel === RESIZE) for (const size of this.#sizes.read(data)) input.size(size)
    if (channel !== CLOSE) return
    // Whoever ends a channel that there is not, or more than one, speaks another protocol.
    if (data.length !== 1 || data[0]! > RESIZE) return this.#socket.close(1000)
    if (data[0] === STDIN) input.endOfInput()
  }
}
