import type { RequestContext } from '../filters/context.ts'
import { parseReadVersion } from '../machinery/resource-version.ts'
import { notFound } from '../machinery/status.ts'
import { translated } from '../registry/generic/errors.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { respondEntry, shapeFor } from './respond.ts'

/** GET of one object: the newest state, or with resourceVersion one not older than that. */
export async function getObject(ctx: RequestContext, served: ServedResource): Promise<void> {
  const { namespace, name } = ctx.requestInfo
  const shape = shapeFor(ctx, served)
  const { store } = served
  const version = ctx.requestInfo.query.get('resourceVersion') ?? ''
  if (version === '') return respondEntry(ctx, shape, await store.get(namespace, name))
  const revision = parseReadVersion(version)
  if (revision > 0) await translated(store.groupResource, name, () => store.deps.feed.waitFor(revision))
  const entry = store.cached(namespace, name)
  if (entry === undefined) throw notFound(store.groupResource, name)
  return respondEntry(ctx, shape, entry)
}
