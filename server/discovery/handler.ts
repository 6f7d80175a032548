import { encodeObject as encodeCbor } from '../codec/cbor/index.ts'
import { CBOR_TYPE, type Conversion, type MediaType, negotiated, PROTOBUF_TYPE, routeAccepts, servedTypes } from '../codec/negotiation.ts'
import { encodeObject } from '../codec/protobuf/index.ts'
import type { RequestContext } from '../request/context.ts'
import { methodNotAllowed, resourceNotFound, StatusError } from '../machinery/status.ts'
import type { Registry } from '../registry/registry.ts'
import type { Scheme, TypeFacts } from '../scheme/contract.ts'
import { aggregated, apiGroup, apiGroupList, apiResourceList, apiVersions, etagOf } from './documents.ts'
import { versionInfo } from './version.ts'

export interface DiscoveryOptions {
  registry: Pick<Registry, 'snapshot'>
  typeOf: Scheme['typeOf']
  /** host:port for `/api`. */
  readonly serverAddress: string
  /** Paths of the index that are served elsewhere, as they are when somebody asks. */
  extraPaths(): readonly string[]
  /** Whether kinds of the built-in API tell a hash of the version that is stored; default true. */
  readonly hashes?: boolean
  /**
   * @param routed whether a route leads there, which has words of its own for media types
   * @param cbor whether it may have that form
   */
  respond(ctx: RequestContext, obj: object, routed: boolean, cbor?: boolean): void
}

interface Document {
  body: Buffer
  etag: string
}

/** The media type in which an Accept header prefers the aggregated form (v2; v2beta1 has gone), if it does before a plain one. */
function wantsAggregated(accept: string, cbor = false): MediaType | undefined {
  if (!accept.includes('APIGroupDiscoveryList')) return undefined
  const found = negotiated(accept, servedTypes(cbor), { allows: (_, conversion) => conversion === undefined || isAggregated(conversion) })
  return found?.conversion === undefined ? undefined : found.media
}

const isAggregated = ({ kind, group, version }: Conversion): boolean =>
  kind === 'APIGroupDiscoveryList' && group === 'apidiscovery.k8s.io' && version === 'v2'

function encoded(list: object, type: TypeFacts, media: MediaType): Buffer {
  if (media === PROTOBUF_TYPE) return encodeObject(list, type)
  return media === CBOR_TYPE ? encodeCbor(list, type) : Buffer.from(`${JSON.stringify(list)}\n`)
}

/** Serves `/`, `/api…`, `/apis…` and `/version`; false for other paths. */
export function discovery(o: DiscoveryOptions): (ctx: RequestContext) => boolean | Promise<boolean> {
  // Documents are those of one generation.
  const documents = new Map<string, Document>()
  let generation = -1
  const resources = (group: string, version: string): object =>
    apiResourceList(
      group,
      version,
      o.registry.snapshot.facts.filter((r) => r.group === group && r.version === version),
      o.hashes,
    )

  function respondAggregated(ctx: RequestContext, core: boolean, media: MediaType): void {
    const { snapshot } = o.registry
    if (snapshot.generation !== generation) {
      documents.clear()
      generation = snapshot.generation
    }
    const key = `${core} ${media}`
    let doc = documents.get(key)
    if (doc === undefined) {
      const list = aggregated(snapshot, core)
      const type = o.typeOf('apidiscovery.k8s.io', 'v2', 'APIGroupDiscoveryList')!
      const body = encoded(list, type, media)
      documents.set(key, (doc = { body, etag: etagOf(body) }))
    }
    const headers = {
      'content-type': `${media};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`,
      'cache-control': 'public',
      etag: doc.etag,
      vary: 'Accept',
    }
    if (ctx.exchange.headers['if-none-match'] === doc.etag) ctx.exchange.respond(304, headers)
    else ctx.exchange.respond(200, headers, doc.body)
  }

  const index = (): Buffer => Buffer.from(JSON.stringify({ paths: paths(o) }, null, 2))

  return (ctx) => {
    const path = ctx.requestInfo.path.replace(/(.)\/$/, '$1')
    const [, root = '', group, version, ...rest] = path.split('/')
    const delegate = root === 'apis' && version !== undefined ? o.registry.snapshot.delegate(group!, version) : undefined
    if (delegate !== undefined) return delegate.forward(ctx).then(answered)
    if (rest.length > 0) return false
    // The index is for people: whatever they accept, it is indented JSON.
    if (path === '/') return answered(ctx.exchange.respond(200, JSON_TYPE, index()))
    // So is the version.
    if (path === '/version')
      return answered(onlyJson(onlyRead(ctx)).exchange.respond(200, JSON_TYPE, Buffer.from(JSON.stringify(versionInfo, null, 2))))
    if (root !== 'api' && root !== 'apis') return false
    if (root === 'api' && o.registry.snapshot.group('') === undefined) return false
    // Which version it is comes before the method.
    if (root === 'api' && group !== undefined && (group !== 'v1' || version !== undefined)) throw resourceNotFound()
    if (root === 'api') onlyRead(ctx)
    if (group === undefined) {
      const form = wantsAggregated(ctx.exchange.headers.accept ?? '', ctx.cbor)
      if (form !== undefined) return answered(respondAggregated(ctx, root === 'api', form))
      if (root === 'api') return answered(o.respond(ctx, apiVersions(o.serverAddress), true))
      return answered(o.respond(ctx, apiGroupList(o.registry.snapshot.groups), false))
    }
    if (root === 'api') return answered(o.respond(ctx, resources('', 'v1'), true))
    const facts = group === '' ? undefined : o.registry.snapshot.group(group)
    if (facts === undefined) return false
    if (version === undefined) return answered(o.respond(ctx, apiGroup(facts), false))
    if (!facts.versions.includes(version)) {
      if (!o.registry.snapshot.isBuiltIn(group!)) return false
      throw resourceNotFound()
    }
    if (o.registry.snapshot.isBuiltIn(group!)) return answered(o.respond(onlyRead(ctx), resources(group, version), true))
    // Versions of custom kinds are no routes, and have no form in CBOR (apiextensions-apiserver `customresource_discovery.go`).
    return answered(o.respond(ctx, resources(group, version), false, false))
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** Documents made from routes take GET alone; those of the aggregator (`/apis`, `/apis/{group}`) take every method, as upstream. */
function onlyRead(ctx: RequestContext): RequestContext {
  if (ctx.exchange.method !== 'GET') throw methodNotAllowed()
  return ctx
}

/** The version has no other form. */
function onlyJson(ctx: RequestContext): RequestContext {
  const { accept = '' } = ctx.exchange.headers
  if (!routeAccepts(accept, ['application/json']))
    throw new StatusError(406, 'NotAcceptable', '406: Not Acceptable\n\nAvailable representations: application/json', {})
  return ctx
}

const answered = (_: void): true => true

function paths(o: DiscoveryOptions): string[] {
  const out = ['/api', '/api/v1', '/apis', '/apis/', '/version', ...o.extraPaths()]
  for (const g of o.registry.snapshot.groups) {
    if (g.name === '') continue
    out.push(`/apis/${g.name}`, ...g.versions.map((v) => `/apis/${g.name}/${v}`))
  }
  return out.sort()
}
