import type { Handler, RequestContext } from '../request/context.ts'
import { oneField } from '../machinery/fields.ts'
import { badRequest, methodNotAllowed, methodNotSupported, resourceNotFound } from '../machinery/status.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import type { Snapshot } from '../registry/snapshot.ts'
import { verbOf } from '../request/request-info.ts'
import { createObject } from './create.ts'
import { requireRight } from './further-rights.ts'
import { deleteCollection, deleteObject } from './delete.ts'
import { getObject } from './get.ts'
import { listObjects } from './list.ts'
import type { ListMetrics } from './list-metrics.ts'
import { checkPatchType, isApply, patchObject } from './patch.ts'
import { listQuery } from './query.ts'
import { admitConnection, handleSubresource, isRoute } from './subresource.ts'
import { warnOfDeprecation } from './respond.ts'
import { handleUnstored } from './unstored.ts'
import { replaceObject } from './update.ts'
import { watchObjects, type WatchLimits } from './watch.ts'

export interface RouterOptions {
  /** What is served now. */
  api(): Snapshot
  limits: WatchLimits
  /** Hears of lists. */
  lists?: ListMetrics
  /** Paths that are no resources: discovery, health, metrics, version. False when the path is unknown. */
  nonResource(ctx: RequestContext): boolean | Promise<boolean>
  /** The removed `/api/v1/proxy/…` paths. */
  legacyProxy: Handler
}

/** The verbs of an object or collection, each in a file of its own. */
const VERBS: Readonly<Record<string, (ctx: RequestContext, served: ServedResource, o: RouterOptions) => Promise<void>>> = {
  get: getObject,
  list: (ctx, served, o) => listObjects(ctx, served, () => listQuery(ctx.requestInfo.query, served), o.lists),
  watch: (ctx, served, o) => watchObjects(ctx, served, () => watchQuery(ctx, served), o.limits),
  create: createObject,
  update: (ctx, served) => replaceObject(ctx, served),
  patch: (ctx, served) => patchObject(ctx, served),
  delete: deleteObject,
  deletecollection: (ctx, served) => deleteCollection(ctx, served, listQuery(ctx.requestInfo.query, served)),
}

const WATCH_PATH = /^\/(?:api|apis\/[^/]+)\/[^/]+\/watch\//

// The old `/watch/` paths say "watch" by their path, and their options are read as a list's; one of them names a single object.
function watchQuery(ctx: RequestContext, served: ServedResource): ReturnType<typeof listQuery> {
  const { query, name } = ctx.requestInfo
  const options = listQuery(query, served, ctx.withoutWatchLists !== true)
  if (name === '' || !WATCH_PATH.test(ctx.exchange.path)) return options
  if (options.fields.empty) return { ...options, fields: oneField('metadata.name', name) }
  if (options.fields.requiresExact('metadata.name') === name) return options
  throw badRequest("fieldSelector metadata.name doesn't match requested name")
}

/** Verbs that only an object's path takes, or only a collection's; and collections of all namespaces are only to look at. */
function isVerbOutOfPlace({ verb, name, namespace }: RequestContext['requestInfo'], served: ServedResource): boolean {
  if (verb === 'update' || verb === 'patch') return name === ''
  if (verb === 'create' && name !== '') return true
  return (verb === 'create' || verb === 'deletecollection') && served.facts.namespaced && namespace === ''
}

/** A cluster's resource below a namespace, or an object of a namespace without one. */
function isOutOfScope({ parts, namespace, resource, path }: RequestContext['requestInfo'], { facts }: ServedResource): boolean {
  // The path's own name: for authorization a field selector on metadata.name counts as one too.
  const name = parts[1] ?? ''
  if (facts.namespaced) return namespace === '' && name !== ''
  return namespace !== '' && (resource !== 'namespaces' || name === '' || IN_A_NAMESPACE.test(path))
}

const IN_A_NAMESPACE = /[/]namespaces[/][^/]+[/]namespaces(?:[/]|$)/

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }

/** What the reference's mux answers for a path that nobody has registered. */
export function pageNotFound(ctx: RequestContext): void {
  ctx.exchange.respond(404, TEXT, Buffer.from('404 page not found\n'))
}

/** Requests for a custom resource, which in the reference are told from others by their path and not by routes. */
async function customResource(ctx: RequestContext, served: ServedResource, o: RouterOptions): Promise<void> {
  const { requestInfo: info } = ctx
  const { namespaced } = served.facts
  const across = info.verb === 'list' || info.verb === 'watch'
  if (namespaced ? info.namespace === '' && !across : info.namespace !== '') return pageNotFound(ctx)
  if (served.deprecation !== undefined) ctx.warnings.push(served.deprecation)
  if (info.subresource !== '') return handleSubresource(ctx, served)
  if (info.verb === 'patch' && !isApply(ctx)) checkPatchType(ctx, served.schema)
  if ((info.verb === 'update' || info.verb === 'patch') && info.name === '') throw badRequest('name must be provided')
  const handler = VERBS[info.verb]
  if (handler === undefined) throw methodNotSupported(served.store.groupResource, info.verb)
  return handler(ctx, served, o)
}

/**
 * The old paths of a proxy are allowed and admitted as the new ones are: beside the verb that they were in Kubernetes up to 1.9, which a right to
 * every verb on nodes or pods has, they need the right to `…/proxy`.
 */
async function legacyProxy(ctx: RequestContext, api: Snapshot, { legacyProxy: forward }: RouterOptions): Promise<void> {
  await requireRight(ctx, { ...ctx.requestInfo, verb: verbOf(ctx.exchange.method), subresource: 'proxy' })
  const { apiGroup, apiVersion, resource, parts } = ctx.requestInfo
  const served = api.resource(apiGroup, apiVersion, resource)
  const proxy = served?.subresources.get('proxy')
  if (proxy?.form === 'connect') await admitConnection(ctx, served!, proxy, 'proxy', parts.slice(2).join('/'))
  return forward(ctx)
}

/** Sends each request to the handler of its verb. */
/** Slashes too many at the beginning are passed over where it is decided what is allowed, and lead nowhere here. */
const isOutside = (path: string): boolean => path.startsWith('//') || path.startsWith('/apis//')

export function router(options: RouterOptions): Handler {
  return async (ctx) => {
    const info = ctx.requestInfo
    if (!info.isResourceRequest) {
      if (!(await options.nonResource(ctx))) pageNotFound(ctx)
      return
    }
    if (isOutside(info.path)) return pageNotFound(ctx)
    const api = options.api()
    if (info.verb === 'proxy' && info.subresource === '') return legacyProxy(ctx, api, options)
    const delegate = api.delegate(info.apiGroup, info.apiVersion)
    if (delegate !== undefined) return delegate.forward(ctx)
    const served = api.resource(info.apiGroup, info.apiVersion, info.resource)
    if (served === undefined) {
      const unstored = api.unstored(info.apiGroup, info.apiVersion, info.resource)
      if (unstored !== undefined) return handleUnstored(ctx, unstored)
      if (api.isBuiltIn(info.apiGroup)) throw resourceNotFound()
      return pageNotFound(ctx)
    }
    if (served.schema.facts === undefined) return customResource(ctx, served, options)
    // A name with nothing behind it, and something behind that, is on no route.
    if (info.parts[2] === '') throw resourceNotFound()
    if (isOutOfScope(info, served) || (info.subresource !== '' && WATCH_PATH.test(ctx.exchange.path))) throw resourceNotFound()
    // Proxies alone take it: what is there is the backend's to say.
    if (ctx.exchange.method === 'HEAD' && info.subresource !== 'proxy')
      throw info.subresource === '' || isRoute(served, info) ? methodNotAllowed() : resourceNotFound()
    if (info.subresource !== '') return handleSubresource(ctx, served)
    // The old form of a watch has no other methods.
    if (WATCH_PATH.test(ctx.exchange.path) && ctx.exchange.method !== 'GET') throw methodNotAllowed()
    const handler = VERBS[info.verb]
    if (handler === undefined || !served.facts.verbs.includes(info.verb) || isVerbOutOfPlace(info, served)) throw methodNotAllowed()
    // No route takes another type: nothing else is said of the resource then.
    if (info.verb === 'patch' && !isApply(ctx)) checkPatchType(ctx, served.schema)
    if (served.deprecation !== undefined) warnOfDeprecation(ctx, served.deprecation)
    return handler(ctx, served, options)
  }
}
