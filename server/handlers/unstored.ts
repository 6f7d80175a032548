import type { RequestContext } from '../request/context.ts'
import { methodNotAllowed, resourceNotFound } from '../machinery/status.ts'
import { apiVersionOf, type KubeObject } from '../machinery/types.ts'
import type { UnstoredRequest, UnstoredDefinition } from '../registry/definition.ts'
import { scheme } from '../scheme/index.ts'
import { schemaOfType } from '../scheme/schema.ts'
import { readObject, writeQuery, type WriteQuery } from './body.ts'
import { strategyContext } from './context.ts'
import { trackPosted } from './posted-fields.ts'
import { labelSelector } from './query.ts'
import { representationOf, respondObject } from './respond.ts'
import { refuseTable, respondShown, tableOf } from './shown.ts'

/** Requests to kinds of which nothing is stored. */
export async function handleUnstored(ctx: RequestContext, resource: UnstoredDefinition): Promise<void> {
  if (ctx.requestInfo.subresource !== '') throw resourceNotFound()
  if (resource.facts?.namespaced === false && ctx.requestInfo.namespace !== '') throw resourceNotFound()
  if (resource.deprecation !== undefined) ctx.warnings.push(resource.deprecation)
  const { verb, namespace, name } = ctx.requestInfo
  const request = (query?: WriteQuery): UnstoredRequest => ({ namespace, name, user: ctx.user, context: strategyContext(ctx, query) })
  if (verb === 'create' && name === '' && resource.create !== undefined) {
    refuseTable(ctx, undefined)
    const query = writeQuery(ctx.requestInfo.query, 'CreateOptions')
    const { group, version, kind } = resource
    const body = await readObject(
      ctx,
      { group, version, kind, schema: schemaOfType(scheme.typeOf(group, version, kind)!) },
      query.fieldValidation,
    )
    body.metadata ??= {}
    const posted = request(query)
    await trackPosted(body, resource, '', posted.context)
    return respondShown(ctx, await resource.create(body, posted), { status: 201 })
  }
  if (verb === 'get' && resource.get !== undefined) {
    const object = await resource.get(request())
    return respondObject(ctx, wantsTable(ctx, resource) ? tableOf(ctx, resource.table!, [object]) : object)
  }
  if (verb === 'list' && resource.list !== undefined) {
    const labels = labelSelector(ctx.requestInfo.query)
    const items = (await resource.list(request())).filter((item) => labels.matches(item.metadata.labels))
    return respondObject(ctx, wantsTable(ctx, resource) ? tableOf(ctx, resource.table!, items) : listOf(resource, items))
  }
  if (name !== '' && resource.get === undefined) throw resourceNotFound()
  throw methodNotAllowed()
}

const wantsTable = (ctx: RequestContext, resource: UnstoredDefinition): boolean =>
  resource.table !== undefined && representationOf(ctx).as === 'Table'

const listOf = ({ group, version, kind }: UnstoredDefinition, items: readonly KubeObject[]): object => ({
  kind: `${kind}List`,
  apiVersion: apiVersionOf(group, version),
  metadata: {},
  items: items.map(({ kind: _k, apiVersion: _a, ...rest }) => rest),
})
