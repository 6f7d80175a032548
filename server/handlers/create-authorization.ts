import { forbiddenError } from '../authz/forbidden.ts'
import { internalError } from '../machinery/status.ts'
import type { RequestContext } from '../request/context.ts'

/**
 * Whoever brings an object about by an update or an apply must be allowed to create it as well (apiserver `handlers/update.go`,
 * withAuthorization). Asked when everything else is right and nothing is written yet.
 */
export function createAuthorization({ authorizer, user, requestInfo }: RequestContext): () => Promise<void> {
  return async () => {
    const attributes = { ...requestInfo, verb: 'create' }
    const { decision, reason, error } = await authorizer.authorize(user, attributes)
    if (decision === 'allow') return
    throw error === undefined ? forbiddenError(user, attributes, reason) : internalError(error)
  }
}
