import { parseAccept } from '../codec/negotiation.ts'
import type { RequestContext } from '../filters/context.ts'
import { methodNotAllowed, resourceNotFound } from '../machinery/status.ts'
import type { Scheme } from '../scheme/contract.ts'
import { aggregated, apiGroup, apiGroupList, apiResourceList, apiVersions, etagOf, type AggregatedVersion } from './documents.ts'
import { versionInfo } from './version.ts'

export interface DiscoveryOptions {
  scheme: Scheme
  /** host:port for `/api`. */
  serverAddress(): string
  /** Paths besides the API's own, for the index at `/`. */
  extraPaths: readonly string[]
  respond(ctx: RequestContext, obj: object): void
}

interface Document {
  body: Buffer
  etag: string
}

/** Which aggregated form an Accept header prefers, if it does before plain JSON. */
function wantsAggregated(accept: string): AggregatedVersion | undefined {
  if (!accept.includes('APIGroupDiscoveryList')) return undefined
  for (const c of parseAccept(accept)) {
    if (c.media !== 'application/json') continue
    if (c.params.as === undefined) return undefined
    if (
      c.params.as === 'APIGroupDiscoveryList' &&
      c.params.g === 'apidiscovery.k8s.io' &&
      (c.params.v === 'v2' || c.params.v === 'v2beta1')
    )
      return c.params.v
  }
  return undefined
}

/** Serves `/`, `/api…`, `/apis…` and `/version`; false for other paths. */
export function discovery(o: DiscoveryOptions): (ctx: RequestContext) => boolean {
  const { scheme } = o
  const documents = new Map<string, Document>()
  const resources = (group: string, version: string): object =>
    apiResourceList(
      group,
      version,
      scheme.resources.filter((r) => r.group === group && r.version === version),
    )

  function respondAggregated(ctx: RequestContext, core: boolean, version: AggregatedVersion): void {
    const key = `${core} ${version}`
    let doc = documents.get(key)
    if (doc === undefined) {
      const body = Buffer.from(JSON.stringify(aggregated(scheme, core, version)))
      documents.set(key, (doc = { body, etag: etagOf(body) }))
    }
    const headers = {
      'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      'cache-control': 'public',
      etag: doc.etag,
      vary: 'Accept',
    }
    if (ctx.exchange.headers['if-none-match'] === doc.etag) ctx.exchange.respond(304, headers)
    else ctx.exchange.respond(200, headers, doc.body)
  }

  return (ctx) => {
    const path = ctx.exchange.path.replace(/(.)\/$/, '$1')
    const [, root = '', group, version, ...rest] = path.split('/')
    if (rest.length > 0) return false
    if (path === '/') return answered(o.respond(ctx, { paths: paths(o) }))
    if (path === '/version') return answered(o.respond(onlyRead(ctx), versionInfo))
    if (root !== 'api' && root !== 'apis') return false
    if (root === 'api') onlyRead(ctx)
    if (group === undefined) {
      const form = wantsAggregated(ctx.exchange.headers.accept ?? '')
      if (form !== undefined) return answered(respondAggregated(ctx, root === 'api', form))
      return answered(o.respond(ctx, root === 'api' ? apiVersions(o.serverAddress()) : apiGroupList(scheme.groups)))
    }
    if (root === 'api') {
      if (group !== 'v1' || version !== undefined) throw resourceNotFound()
      return answered(o.respond(ctx, resources('', 'v1')))
    }
    const facts = scheme.groups.find((g) => g.name === group && g.name !== '')
    if (facts === undefined) return false
    if (version === undefined) return answered(o.respond(ctx, apiGroup(facts)))
    if (!facts.versions.includes(version)) throw resourceNotFound()
    return answered(o.respond(onlyRead(ctx), resources(group, version)))
  }
}

/** Documents made from routes take GET alone; those of the aggregator (`/apis`, `/apis/{group}`) take every method, as upstream. */
function onlyRead(ctx: RequestContext): RequestContext {
  if (ctx.exchange.method !== 'GET') throw methodNotAllowed()
  return ctx
}

const answered = (_: void): true => true

function paths(o: DiscoveryOptions): string[] {
  const out = ['/api', '/api/v1', '/apis', '/apis/', '/version', ...o.extraPaths]
  for (const g of o.scheme.groups) {
    if (g.name === '') continue
    out.push(`/apis/${g.name}`, ...g.versions.map((v) => `/apis/${g.name}/${v}`))
  }
  return out.sort()
}
