import type { RequestContext } from '../request/context.ts'
import { isYes } from '../machinery/query.ts'
import { badRequest } from '../machinery/status.ts'
import { parseReadVersion, parseResourceVersion } from '../machinery/resource-version.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { respondEntry, encoderFor } from './respond.ts'

/** The reference reads events past its cache, and its store calls a wrong version the client's fault. */
const versionReader = ({ store }: ServedResource): typeof parseReadVersion =>
  store.groupResource.resource === 'events' ? parseResourceVersion : parseReadVersion

/** What Kubernetes 1.14 had still, and is told to whoever asks for it when anything but an object is out of the question. */
export function refuseExport({ requestInfo: { query } }: RequestContext): void {
  if (isYes(query.get('export'))) throw badRequest('the export parameter, deprecated since v1.14, is no longer supported')
}

/** GET of one object: the newest state, or with resourceVersion one not older than that. */
export async function getObject(ctx: RequestContext, served: ServedResource): Promise<void> {
  const { namespace, name } = ctx.requestInfo
  const encoder = encoderFor(ctx, served)
  refuseExport(ctx)
  const { store } = served
  const version = ctx.requestInfo.query.get('resourceVersion') ?? ''
  return respondEntry(ctx, encoder, await store.get(namespace, name, version === '' ? undefined : versionReader(served)(version)))
}
