import { goUintError } from '../machinery/go-uint.ts'
import { isYes, type Query } from '../machinery/query.ts'
import { badRequest } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { RequestContext } from '../request/context.ts'
import type { Subresource } from '../registry/generic/resource.ts'
import { containerOf, kubeletOf, nodeOf } from './pod-kubelet.ts'
import type { ForwardRequest } from './forward.ts'
import { podLog } from './pod-log.ts'
import type { StreamMetrics } from './streams/metrics.ts'
import { isSpdy, isTunnelled, tunnelledProtocols, tunnelPorts } from './streams/port-forward.ts'
import { REMOTE_COMMAND, SPDY_PROTOCOLS, translateCommand, type CommandStreams } from './streams/remote-command.ts'
import { handshakeError, offeredProtocols } from '../serving/websocket.ts'
import type { ProxyOptions } from './subresources.ts'

type Options = Record<string, unknown>

interface Stream {
  readonly kind: string
  /** The first segment of the kubelet's path. */
  readonly path: string
  readonly ofContainer: boolean
  options(query: Query): Options
  /** What the kubelet calls the options. */
  params(options: Options): [name: string, value: string][]
}

/** Options of the API, and the kubelet's names for them. */
const FLAGS = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' } as const

function flagsOf(query: Query): Options {
  const set = Object.keys(FLAGS).filter((name) => isYes(query.get(name)))
  const container = query.get('container') ?? ''
  return { ...Object.fromEntries(set.map((name) => [name, true])), ...(container === '' ? {} : { container }) }
}

const flagParams = (options: Options): [string, string][] =>
  Object.entries(FLAGS).flatMap(([name, kubelets]): [string, string][] => (options[name] === true ? [[kubelets, '1']] : []))

const commandOf = (query: Query): Options => {
  const command = query.getAll('command')
  return command.length === 0 ? {} : { command }
}

function portsOf(query: Query): Options {
  const ports = query.getAll('ports').flatMap((text) => text.split(','))
  for (const text of ports) {
    const error = goUintError(text, 65_535n)
    if (error !== undefined) throw badRequest(`cannot convert to []int32: ${error}`)
  }
  return ports.length === 0 ? {} : { ports: ports.map(Number) }
}

const STREAMS: Readonly<Record<'exec' | 'attach' | 'portforward', Stream>> = {
  exec: {
    ...{ kind: 'PodExecOptions', path: 'exec', ofContainer: true },
    options: (query) => ({ ...flagsOf(query), ...commandOf(query) }),
    params: (options) => [
      ...flagParams(options),
      ...((options['command'] ?? []) as string[]).map((word): [string, string] => ['command', word]),
    ],
  },
  attach: { ...{ kind: 'PodAttachOptions', path: 'attach', ofContainer: true }, options: flagsOf, params: flagParams },
  portforward: {
    ...{ kind: 'PodPortForwardOptions', path: 'portForward', ofContainer: false },
    options: portsOf,
    params: (options) => ((options['ports'] ?? []) as number[]).map((port) => ['port', String(port)]),
  },
}

/** A kubelet that reads the newer protocols of WebSocket itself says so on its node. */
const READS_WEBSOCKETS = 'ExtendWebSocketsToKubelet'

export interface PodStreamOptions extends ProxyOptions {
  readonly streams: StreamMetrics
}

/**
 * `pods/{exec,attach,portforward}`: the client and the pod's kubelet speak SPDY or WebSocket through us (`pod/rest/subresources.go`). What an
 * older kubelet does not speak is translated.
 */
function podStream(subresource: keyof typeof STREAMS, o: PodStreamOptions): Subresource {
  const { kind, path, ofContainer, options, params } = STREAMS[subresource]
  return {
    form: 'connect',
    methods: ['GET', 'POST'],
    options: (query) => ({ kind, apiVersion: 'v1', ...options(query) }) as unknown as KubeObject,
    connect: async ({ ctx, namespace, name, query }) => {
      const { upgrade } = ctx.exchange
      const given = options(query)
      const pod = (await o.store('pods').get(namespace, name)).object()
      const segments = [path, namespace, name, ...(ofContainer ? [containerOf(pod, query.get('container') ?? '')] : [])]
      if (nodeOf(pod) === '') throw badRequest(`pod ${name} does not have a host assigned`)
      const { features, ...kubelet } = await kubeletOf(o, pod)
      const readsWebSockets = features.includes(READS_WEBSOCKETS)
      o.streams.routed(subresource, readsWebSockets)
      if (upgrade === undefined) throw badRequest('Upgrade request required')
      const wanted = new URLSearchParams(params(given))
      wanted.sort()
      const where = `/${segments.map(encodeURIComponent).join('/')}`
      const request = { ...kubelet, prefix: '', path: wanted.size === 0 ? where : `${where}?${wanted}` }
      const offered = readsWebSockets ? [] : (offeredProtocols(ctx.exchange) ?? [])
      if (ofContainer && offered.includes(REMOTE_COMMAND)) {
        const dial = () => o.forwarder.dialSpdy(ctx, request, SPDY_PROTOCOLS)
        return translateCommand(ctx.exchange, commandStreams(given), o.streams, dial)
      }
      if (!ofContainer && offered.some(isTunnelled)) return tunnelled(ctx, request, offered, o)
      await o.forwarder.forward(ctx, request)
    },
  }
}

const commandStreams = (options: Options): CommandStreams => {
  const { stdin, stdout, stderr, tty } = Object.fromEntries(Object.keys(FLAGS).map((name) => [name, options[name] === true]))
  return { stdin: stdin!, stdout: stdout!, stderr: stderr!, tty: tty! }
}

/** Headers of the client's that belong to its WebSocket. */
const WEBSOCKET_HEADERS = ['sec-websocket-protocol', 'sec-websocket-key', 'sec-websocket-version']

function tunnelled(ctx: RequestContext, request: ForwardRequest, offered: readonly string[], o: PodStreamOptions): Promise<void> | void {
  const { exchange } = ctx
  const refused = handshakeError(exchange)
  if (refused !== undefined) {
    o.streams.tunnelled(500)
    const text = refused.status === 405 ? 'Method Not Allowed\n' : 'Bad Request\n'
    return exchange.respond(
      refused.status,
      { 'content-type': 'text/plain; charset=utf-8', 'sec-websocket-version': '13' },
      Buffer.from(text),
    )
  }
  return o.forwarder.forward(ctx, {
    ...request,
    switching: {
      method: 'POST',
      without: WEBSOCKET_HEADERS,
      headers: { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': tunnelledProtocols(offered) },
      join: (backend) => {
        o.streams.tunnelled(isSpdy(backend) ? 101 : 500)
        if (isSpdy(backend)) return tunnelPorts(exchange, offered, backend)
        backend.socket.destroy()
        const text = 'unable to upgrade: missing upgrade headers in response\n'
        exchange.respond(500, { 'content-type': 'text/plain; charset=utf-8' }, Buffer.from(text))
      },
      refused: (status) => o.streams.tunnelled(status),
    },
  })
}

/** What leads from a pod to its kubelet, by the name of its subresource. */
export const podConnections = (o: PodStreamOptions): Record<string, Subresource> => ({
  log: podLog(o),
  exec: podStream('exec', o),
  attach: podStream('attach', o),
  portforward: podStream('portforward', o),
})
