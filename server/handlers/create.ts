import type { RequestContext } from '../request/context.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { checkBodyType, expectedOf, readObject, writeQuery } from './body.ts'
import { strategyContext } from './context.ts'
import { respondEntry, encoderFor } from './respond.ts'
import { createIn } from '../registry/generic/write.ts'

/** POST to a collection. */
export async function createObject(ctx: RequestContext, served: ServedResource): Promise<void> {
  const encoder = encoderFor(ctx, served)
  checkBodyType(ctx)
  const query = writeQuery(ctx.requestInfo.query, 'CreateOptions')
  const body = await readObject(ctx, expectedOf(served.facts, served.schema), query.fieldValidation)
  const obj = served.identity ? body : served.toStored(body)
  const entry = await createIn(served.store, {
    object: obj,
    namespace: ctx.requestInfo.namespace,
    context: strategyContext(ctx, query),
  })
  return respondEntry(ctx, encoder, entry, 201)
}
