import type { RequestContext } from '../request/context.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { badRequest, isStatusError, methodNotAllowed, methodNotSupported, notFound, resourceNotFound } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { admit, mutate, validate } from '../registry/generic/attributes.ts'
import { ensureNamespace } from '../registry/generic/metadata.ts'
import { statusRules } from '../registry/generic/update-rules.ts'
import type { ServedResource, Subresource, SubresourceAnswer, SubresourceRequest } from '../registry/generic/resource.ts'
import { schemaOfType } from '../scheme/schema.ts'
import { applyObject } from './apply.ts'
import { checkBodyType, expectedOf, readObject, writeQuery, type ExpectedBody } from './body.ts'
import { strategyContext } from './context.ts'
import { getObject, refuseExport } from './get.ts'
import { checkPatchType, isApply, patched, patchObject, readPatch } from './patch.ts'
import { trackPosted } from './posted-fields.ts'
import { representationOf, respondEntry, encoderFor } from './respond.ts'
import { refuseTable, respondSubresource, type ObjectSubresource } from './shown.ts'
import { checkUrlIdentity, replaceObject } from './update.ts'

const OPTIONS: Readonly<Record<string, 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
}

/** Whether what stands behind a subresource is its own to read. */
/** Methods that a connection has a route for, where it takes all (apiserver `endpoints/installer.go`). */
const ROUTED: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const takesPaths = (sub: Subresource | undefined): boolean => sub?.form === 'connect' && sub.methods === undefined

/** Whether there is a route for what stands below an object of a built-in kind, whatever the method. */
export function isRoute(served: ServedResource, { subresource, parts }: RequestContext['requestInfo']): boolean {
  const sub = served.subresources.get(subresource)
  if (parts.length > 3 && !takesPaths(sub)) return false
  return sub !== undefined || (subresource === 'status' && served.store.hasStatus)
}

/** Requests below an object: `/status` for every kind that has one, the others from the resource's own table. */
export async function handleSubresource(ctx: RequestContext, served: ServedResource): Promise<void> {
  const { subresource: name, verb } = ctx.requestInfo
  const path = ctx.requestInfo.parts.slice(3).join('/')
  const sub = served.subresources.get(name)
  // Paths of custom resources are looked at as far as they say something; others are routes.
  if (path !== '' && !takesPaths(sub) && served.schema.facts !== undefined) throw resourceNotFound()
  if (name === 'status' && served.store.hasStatus) return status(ctx, served, verb)
  if (sub === undefined)
    throw served.schema.facts === undefined ? notFound(served.store.groupResource, ctx.requestInfo.name) : resourceNotFound()
  const request = {
    served,
    namespace: ctx.requestInfo.namespace,
    name: ctx.requestInfo.name,
    query: ctx.requestInfo.query,
  }
  if (sub.form === 'connect') {
    if (!(sub.methods ?? ROUTED).includes(ctx.exchange.method)) throw methodNotAllowed()
    if (sub.produces !== undefined) representationOf(ctx, 'metadata', true, true, ctx.cbor, sub.produces)
    await admitConnection(ctx, served, sub, name, path)
    return sub.connect({ ...request, ctx, path })
  }
  return objectSubresource(ctx, served, sub, request)
}

/**
 * Who may refuse a connection sees its options.
 * @param path below the subresource
 */
export async function admitConnection(
  ctx: RequestContext,
  { store }: ServedResource,
  sub: Extract<Subresource, { form: 'connect' }>,
  subresource: string,
  path: string,
): Promise<void> {
  const { namespace, name, query } = ctx.requestInfo
  if (sub.options === undefined) return
  if (query.getAll('dryRun').length > 0) throw badRequest('dryRun is not supported')
  const object = sub.options(query, path === '' ? '' : `/${path}${ctx.exchange.path.endsWith('/') ? '/' : ''}`)
  const kind = { group: '', version: 'v1', kind: object.kind! }
  await admit(store, { operation: 'CONNECT', subresource, namespace, name, object, kind, context: strategyContext(ctx) })
}

async function status(ctx: RequestContext, served: ServedResource, verb: string): Promise<void> {
  if (verb === 'get') return getObject(ctx, served)
  const rules = statusRules(served.store)
  if (verb === 'update') return replaceObject(ctx, served, rules)
  if (verb === 'patch') return patchObject(ctx, served, rules)
  throw refusedVerb(ctx, served)
}

async function objectSubresource(
  ctx: RequestContext,
  served: ServedResource,
  sub: ObjectSubresource,
  base: Omit<SubresourceRequest, 'context'>,
): Promise<void> {
  const { verb } = ctx.requestInfo
  // Whoever cannot be read cannot be patched either: a namespace's end.
  if (verb === 'patch' && sub.get === undefined) throw refusedVerb(ctx, served)
  const expected = bodyOf(ctx, sub.body, served)
  // What a custom resource answers has no protobuf form, not even a Scale.
  if (served.schema.facts === undefined) representationOf(ctx, true, false)
  if (verb === 'get' && sub.get !== undefined) {
    refuseTable(ctx, sub.table)
    refuseExport(ctx)
    return answer(ctx, served, sub, await sub.get({ ...base, context: strategyContext(ctx) }), 200)
  }
  if (verb === 'patch' && sub.apply !== undefined && isApply(ctx)) return applyObject(ctx, served, sub.apply.rules(served.store), sub)
  if (verb === 'patch' && sub.update !== undefined) checkPatchType(ctx, served.schema)
  if (doneBy(sub, verb) === undefined) throw refusedVerb(ctx, served)
  refuseTable(ctx, sub.table)
  if (verb === 'create') checkBodyType(ctx)
  const query = writeQuery(ctx.requestInfo.query, OPTIONS[verb] ?? 'CreateOptions')
  const request = { ...base, context: strategyContext(ctx, query) }
  if (verb === 'create' && sub.create !== undefined) {
    const body = await readObject(ctx, expected, query.fieldValidation)
    const { namespace, name, context } = request
    ensureNamespace(body, namespace, served.facts.namespaced)
    sub.default?.(body)
    await trackPosted(body, expected, ctx.requestInfo.subresource, context)
    const { subresource } = ctx.requestInfo
    const write = { operation: 'CREATE', subresource, namespace, name, kind: sub.body, context } as const
    await mutate(served.store, { ...write, object: body })
    const validated = (object: KubeObject): void | Promise<void> => validate(served.store, { ...write, object })
    if (sub.validates !== true) await validated(body)
    return answer(ctx, served, sub, await sub.create({ ...request, validate: validated }, body), 201)
  }
  if (verb === 'update' && sub.update !== undefined) {
    const body = await readObject(ctx, expected, query.fieldValidation).catch((e: unknown) => {
      throw served.schema.facts === undefined ? unreadableScale(e) : e
    })
    checkUrlIdentity(body, base.namespace, base.name, served)
    ensureNamespace(body, base.namespace, served.facts.namespaced)
    return answer(ctx, served, sub, await sub.update({ ...request, uid: body.metadata.uid }, () => copyJson(body)), 200)
  }
  if (verb === 'patch' && sub.update !== undefined) {
    const patch = await readPatch(ctx, expected.schema, query.fieldValidation)
    const change = async (current: KubeObject): Promise<KubeObject> => {
      const body = await patched(ctx, patch, current, expected, query.fieldValidation)
      checkUrlIdentity(body, base.namespace, base.name, served)
      return body
    }
    return answer(ctx, served, sub, await sub.update(request, change), 200)
  }
  throw refusedVerb(ctx, served)
}

/** Absent: the subresource does not know the verb. */
function doneBy(sub: ObjectSubresource, verb: string): unknown {
  if (verb === 'create') return sub.create
  return verb === 'update' || verb === 'patch' ? sub.update : undefined
}

/** Upstream looks up what it cannot read in a scheme that has custom kinds alone. */
function unreadableScale(e: unknown): unknown {
  if (!isStatusError(e) || e.status.code !== 400) return e
  return badRequest('no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:111"')
}

function refusedVerb({ requestInfo: { verb } }: RequestContext, { schema, store }: ServedResource): Error {
  return schema.facts === undefined ? methodNotSupported(store.groupResource, verb) : methodNotAllowed()
}

function bodyOf({ types }: RequestContext, body: { group: string; version: string; kind: string }, served: ServedResource): ExpectedBody {
  const type = types.typeOf(body.group, body.version, body.kind)
  return type === undefined ? expectedOf(served.facts, served.schema) : { ...body, schema: schemaOfType(type) }
}

function answer(
  ctx: RequestContext,
  served: ServedResource,
  sub: ObjectSubresource,
  a: SubresourceAnswer,
  status: number,
): void | Promise<void> {
  if ('entry' in a) return respondEntry(ctx, encoderFor(ctx, served), a.entry, status)
  respondSubresource(ctx, served, sub, a.object, a.status ?? status)
}
