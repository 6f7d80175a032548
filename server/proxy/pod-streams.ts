import { goUintError, isYes, type Query } from '../machinery/query.ts'
import { badRequest } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Subresource } from '../registry/generic/resource.ts'
import { containerOf, kubeletOf, nodeOf } from './pod-kubelet.ts'
import { podLog } from './pod-log.ts'
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
    const error = goUintError(text, 65_535)
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

/**
 * `pods/{exec,attach,portforward}`: the client and the pod's kubelet speak SPDY or WebSocket through us (`pod/rest/subresources.go`). Unlike
 * upstream we do not translate one into the other: the kubelet must know the client's.
 */
function podStream(name: keyof typeof STREAMS, o: ProxyOptions): Subresource {
  const { kind, path, ofContainer, options, params } = STREAMS[name]
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
      const kubelet = await kubeletOf(o, pod)
      if (upgrade === undefined) throw badRequest('Upgrade request required')
      const wanted = new URLSearchParams(params(given))
      wanted.sort()
      const where = `/${segments.map(encodeURIComponent).join('/')}`
      await o.forwarder.forward(ctx, { ...kubelet, prefix: '', path: wanted.size === 0 ? where : `${where}?${wanted}` })
    },
  }
}

/** What leads from a pod to its kubelet, by the name of its subresource. */
export const podConnections = (o: ProxyOptions): Record<string, Subresource> => ({
  log: podLog(o),
  exec: podStream('exec', o),
  attach: podStream('attach', o),
  portforward: podStream('portforward', o),
})
