import type { RequestContext } from '../request/context.ts'
import { copySent } from '../machinery/empty-fields.ts'
import type { KubeObject } from '../machinery/types.ts'
import { badRequest } from '../machinery/status.ts'
import { createAuthorization } from './further-rights.ts'
import { mainRules, type UpdateRules } from '../registry/generic/update-rules.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { expectedOf, readObject, writeQuery } from './body.ts'
import { strategyContext } from './context.ts'
import { respondEntry, encoderFor } from './respond.ts'
import { updateIn } from '../registry/generic/write.ts'

/** PUT on an object, or with other rules on a part of it. */
export async function replaceObject(
  ctx: RequestContext,
  served: ServedResource,
  rules: UpdateRules = mainRules(served.store),
): Promise<void> {
  const encoder = encoderFor(ctx, served)
  const { namespace, name } = ctx.requestInfo
  const query = writeQuery(ctx.requestInfo.query, 'UpdateOptions')
  const body = await readObject(ctx, expectedOf(served.facts, served.schema), query.fieldValidation)
  checkUrlIdentity(body, namespace, name, served)
  const obj = served.identity ? body : served.toStored(body)
  const { store } = served
  const { entry, created } = await updateIn(store, {
    namespace,
    name,
    context: strategyContext(ctx, query),
    rules,
    uid: body.metadata.uid,
    // Strategies change what they get, and a lost race runs this again.
    change: () => copySent(obj),
    authorizeCreate: store.resource.strategy.allowCreateOnUpdate === true ? createAuthorization(ctx) : undefined,
  })
  return respondEntry(ctx, encoder, entry, created ? 201 : 200)
}

export function checkUrlIdentity(obj: KubeObject, namespace: string, name: string, served: ServedResource): void {
  const own = obj.metadata.name ?? ''
  const ns = obj.metadata.namespace ?? ''
  if (served.facts.namespaced && ns !== '' && ns !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (own === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`)
}
