import type { RequestContext } from '../request/context.ts'
import { badRequest, methodNotAllowed, notFound, resourceNotFound, StatusError } from '../machinery/status.ts'
import { isYes, parseGoInt64, type Query } from '../machinery/query.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Store } from '../registry/generic/store.ts'
import type { Subresource } from '../registry/generic/resource.ts'
import type { Forwarder } from './forward.ts'
import { backendPath, cutPath, segmentCount } from './path.ts'
import { serviceTarget } from './service-target.ts'
import { nodeTarget, parseProxyId, podTarget, type KubeletAddressOptions, type ProxyId, type ProxyTarget } from './target.ts'

const KINDS = ['nodes', 'pods', 'services'] as const
type Kind = (typeof KINDS)[number]
const OPTIONS = { nodes: 'NodeProxyOptions', pods: 'PodProxyOptions', services: 'ServiceProxyOptions' } as const

export interface ProxyOptions {
  forwarder: Forwarder
  store(resource: string): Store
  kubelet: KubeletAddressOptions
}

/** The node, pod and service proxies, under their modern and their removed paths. */
export class Proxies {
  readonly #o: ProxyOptions

  constructor(options: ProxyOptions) {
    this.#o = options
  }

  /** `…/{nodes,pods,services}/{id}/proxy[/{path}]`. */
  subresource(kind: Kind): Subresource {
    return {
      form: 'connect',
      options: (_, path) => ({ kind: OPTIONS[kind], apiVersion: 'v1', ...(path === '' ? {} : { path }) }) as unknown as KubeObject,
      // The resource, the name, and the word `proxy`.
      connect: ({ ctx, namespace, name }) => this.#serve(ctx, kind, namespace, name, 3),
    }
  }

  /** `/api/v1/proxy/nodes/{id}[/{path}]` and `/api/v1/proxy/namespaces/{ns}/{pods|services}/{id}[/{path}]`, removed upstream in 1.10. */
  readonly legacy = (ctx: RequestContext): Promise<void> => {
    const { namespace, resource, name, apiGroup, apiVersion } = ctx.requestInfo
    const kind = KINDS.find((k) => k === resource)
    if (apiGroup !== '' || apiVersion !== 'v1' || kind === undefined || name === '' || (kind === 'nodes') !== (namespace === '')) {
      throw resourceNotFound()
    }
    return this.#serve(ctx, kind, namespace, name, 2)
  }

  /** `own`: how many segments of the path, from the resource's on, are not the target's. */
  async #serve(ctx: RequestContext, kind: Kind, namespace: string, id: string, own: number): Promise<void> {
    const { path, search, method } = ctx.exchange
    const query = search === '' ? '' : `?${search}`
    const parsed = parseProxyId(id)
    if (parsed === undefined) throw badRequest(`invalid ${kind.slice(0, -1)} request ${JSON.stringify(id)}`)
    const target = await this.#target(kind, namespace, parsed)
    const addresses = await this.#o.forwarder.resolve(target)
    const { prefix, rest } = cutPath(path, segmentsBefore(ctx) + own)
    if (rest === '' && (method === 'GET' || method === 'HEAD')) {
      // Relative links of the page need the slash. Who is not there, or may not be reached, has said so before.
      return ctx.exchange.respond(301, { location: `${prefix}/${query}` })
    }
    await this.#o.forwarder.forward(ctx, { target, addresses, prefix, path: backendPath(rest) + query })
  }

  async #target(kind: Kind, namespace: string, id: ProxyId): Promise<ProxyTarget> {
    if (kind === 'services') return serviceTarget((name) => this.#o.store(name), namespace, id)
    const obj = (await this.#o.store(kind).get(namespace, id.name)).object()
    if (kind === 'nodes') return nodeTarget(obj as Parameters<typeof nodeTarget>[0], id, this.#o.kubelet)
    return podTarget(obj as Parameters<typeof podTarget>[0], id)
  }

  /** GET pods/{name}/log: the kubelet's /containerLogs, as it comes. */
  podLog(): Subresource {
    return {
      form: 'connect',
      connect: async ({ ctx, namespace, name, query }) => {
        if (ctx.requestInfo.verb !== 'get') throw methodNotAllowed()
        const pod = (await this.#o.store('pods').get(namespace, name)).object()
        const container = containerOf(pod, query.get('container') ?? '')
        const nodeName = (pod.spec as { nodeName?: string } | undefined)?.nodeName ?? ''
        // Not scheduled: there are no logs yet, and that is no error.
        if (nodeName === '') return ctx.exchange.respond(200, { 'content-type': 'text/plain' }, Buffer.alloc(0))
        const node = (await this.#o.store('nodes').find('', nodeName))?.object()
        if (node === undefined) throw notFound({ group: '', resource: 'nodes' }, nodeName)
        const target = nodeTarget(node as Parameters<typeof nodeTarget>[0], { scheme: 'https', name: nodeName, port: '' }, this.#o.kubelet)
        const addresses = await this.#o.forwarder.resolve({ ...target, anyAddress: true })
        const path = `/containerLogs/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${encodeURIComponent(container)}`
        const wanted = logQuery(query)
        await this.#o.forwarder.forward(ctx, { target, addresses, prefix: '', path: wanted === '' ? path : `${path}?${wanted}` })
      },
    }
  }
}

/** Segments of a request's path before its resource: prefix, group, version, an old verb, `namespaces` and its name. */
const segmentsBefore = ({ requestInfo }: RequestContext): number => segmentCount(requestInfo.path) - requestInfo.parts.length

/** PodLogOptions that the kubelet takes; numbers are checked here, as upstream validates them before it calls. */
function logQuery(query: Query): string {
  const out = new URLSearchParams()
  for (const name of ['follow', 'previous', 'timestamps'] as const) {
    const value = query.get(name)
    if (value !== undefined && isYes(value)) out.set(name, 'true')
  }
  for (const name of ['sinceSeconds', 'tailLines', 'limitBytes'] as const) {
    const value = query.get(name)
    if (value === undefined) continue
    if (parseGoInt64(value) === undefined) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
    const least = name === 'tailLines' ? 0 : 1
    if (Number(value) < least) {
      const body = name === 'tailLines' ? 'must be greater than or equal to 0' : 'must be greater than 0'
      throw new StatusError(422, 'Invalid', `PodLogOptions "" is invalid: ${name}: Invalid value: ${value}: ${body}`, {
        kind: 'PodLogOptions',
        causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${body}`, field: name }],
      })
    }
    out.set(name, value)
  }
  const since = query.get('sinceTime')
  if (since !== undefined && since !== '') out.set('sinceTime', since)
  return out.toString()
}

interface NamedContainer {
  name: string
}

/** The container asked for, or the only one; upstream's texts for the rest (`pod/strategy.go`, LogLocation). */
function containerOf(pod: KubeObject, wanted: string): string {
  const spec = pod.spec as { containers?: NamedContainer[]; initContainers?: NamedContainer[]; ephemeralContainers?: NamedContainer[] }
  const names = (list: NamedContainer[] | undefined): string[] => (list ?? []).map((c) => c.name)
  const [containers, inits, ephemeral] = [names(spec.containers), names(spec.initContainers), names(spec.ephemeralContainers)]
  const name = pod.metadata.name ?? ''
  if (wanted !== '') {
    if ([...containers, ...inits, ...ephemeral].includes(wanted)) return wanted
    throw badRequest(`container ${wanted} is not valid for pod ${name}`)
  }
  const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container']
  if (preferred !== undefined && containers.includes(preferred)) return preferred
  if (containers.length === 1) return containers[0]!
  const more = `${inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : ''}`
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${more}`)
}
