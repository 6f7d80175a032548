import type { RequestContext } from '../request/context.ts'
import { parseReadVersion, parseResourceVersion } from '../machinery/resource-version.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { respondEntry, encoderFor } from './respond.ts'

/** The reference reads events past its cache, and its store calls a wrong version the client's fault. */
const versionReader = ({ store }: ServedResource): typeof parseReadVersion =>
  store.groupResource.resource === 'events' ? parseResourceVersion : parseReadVersion

/** GET of one object: the newest state, or with resourceVersion one not older than that. */
export async function getObject(ctx: RequestContext, served: ServedResource): Promise<void> {
  const { namespace, name } = ctx.requestInfo
  const encoder = encoderFor(ctx, served)
  const { store } = served
  const version = ctx.requestInfo.query.get('resourceVersion') ?? ''
  return respondEntry(ctx, encoder, await store.get(namespace, name, version === '' ? undefined : versionReader(served)(version)))
}
