import type { RequestContext } from '../request/context.ts'
import { methodNotAllowed, methodNotSupported, resourceNotFound } from '../machinery/status.ts'
import type { UnstoredRequest } from '../registry/definition.ts'
import { ensureNamespace, wipeSystemMetadata } from '../registry/generic/metadata.ts'
import type { UnstoredResource } from '../registry/snapshot.ts'
import { schemaOfType } from '../scheme/schema.ts'
import { checkBodyType, readObject, writeQuery, type WriteQuery } from './body.ts'
import { strategyContext } from './context.ts'
import { trackPosted } from './posted-fields.ts'
import { unstoredListQuery } from './query.ts'
import { refuseExport } from './get.ts'
import { representationOf, warnOfDeprecation } from './respond.ts'
import { refuseTable, respondShown, respondShownList } from './shown.ts'

/** Requests to kinds of which nothing is stored. */
export async function handleUnstored(ctx: RequestContext, { definition: resource, namespaced }: UnstoredResource): Promise<void> {
  if (ctx.requestInfo.subresource !== '') throw resourceNotFound()
  const { verb, namespace, name } = ctx.requestInfo
  if (isElsewhere(namespaced, namespace, verb === 'list' && resource.list !== undefined)) throw resourceNotFound()
  const { method } = ctx.exchange
  if (method === 'HEAD') throw methodNotAllowed()
  if (resource.deprecation !== undefined && (method === 'GET' || resource.create !== undefined)) {
    warnOfDeprecation(ctx, resource.deprecation)
  }
  const request = (query?: WriteQuery): UnstoredRequest => ({ namespace, name, user: ctx.user, context: strategyContext(ctx, query) })
  if (verb === 'create' && name === '' && resource.create !== undefined) {
    refuseTable(ctx, undefined)
    checkBodyType(ctx)
    const query = writeQuery(ctx.requestInfo.query, 'CreateOptions')
    const { group, version, kind } = resource
    const expected = { group, version, kind, schema: schemaOfType(ctx.types.typeOf(group, version, kind)!) }
    const body = await readObject(ctx, expected, query.fieldValidation)
    body.metadata ??= {}
    wipeSystemMetadata(body.metadata)
    ensureNamespace(body, namespace, namespaced)
    const posted = request(query)
    await trackPosted(body, expected, '', posted.context)
    return respondShown(ctx, await resource.create(body, posted), { status: 201 })
  }
  if (verb === 'get' && resource.get !== undefined) {
    refuseExport(ctx)
    return respondShown(ctx, await resource.get(request()), resource.table === undefined ? {} : { table: resource.table })
  }
  if (verb === 'list' && resource.list !== undefined) {
    representationOf(ctx)
    const { labels, fields } = unstoredListQuery(ctx.requestInfo.query)
    const items = (await resource.list(request())).filter(
      ({ metadata: m }) => labels.matches(m.labels) && fields.matches((field) => (field === 'metadata.name' ? m.name : m.namespace) ?? ''),
    )
    return respondShownList(ctx, items, resource)
  }
  if (verb === 'watch' && resource.list !== undefined) {
    representationOf(ctx)
    unstoredListQuery(ctx.requestInfo.query)
    throw methodNotSupported(resource, verb)
  }
  if (name !== '' && resource.get === undefined) throw resourceNotFound()
  throw methodNotAllowed()
}

/** An object of a namespace without one, or the other way round; what is listed may be of all namespaces. */
function isElsewhere(namespaced: boolean, namespace: string, listed: boolean): boolean {
  return namespaced ? namespace === '' && !listed : namespace !== ''
}
