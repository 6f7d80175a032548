import type { RequestContext } from '../request/context.ts'
import { badRequest, resourceNotFound } from '../machinery/status.ts'
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
}

/** Segments of a request's path before its resource: prefix, group, version, an old verb, `namespaces` and its name. */
const segmentsBefore = ({ requestInfo }: RequestContext): number => segmentCount(requestInfo.path) - requestInfo.parts.length
