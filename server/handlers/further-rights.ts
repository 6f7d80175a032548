import type { Attributes } from '../authz/contract.ts'
import { forbiddenError } from '../authz/forbidden.ts'
import { internalError } from '../machinery/status.ts'
import type { RequestContext } from '../request/context.ts'

/** @throws StatusError 403 where the caller lacks a right beside the one that the request was let through by */
export async function requireRight({ authorizer, user }: RequestContext, attributes: Attributes): Promise<void> {
  const { decision, reason, error } = await authorizer.authorize(user, attributes)
  if (decision === 'allow') return
  throw error === undefined ? forbiddenError(user, attributes, reason) : internalError(error)
}

/**
 * Whoever brings an object about by an update or an apply must be allowed to create it as well (apiserver `handlers/update.go`,
 * withAuthorization). Asked when everything else is right and nothing is written yet.
 */
export const createAuthorization = (ctx: RequestContext) => (): Promise<void> => requireRight(ctx, { ...ctx.requestInfo, verb: 'create' })
