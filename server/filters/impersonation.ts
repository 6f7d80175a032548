import { StatusError } from '../machinery/status.ts'
import type { Filter } from './context.ts'

/**
 * Refuses requests that ask to act as somebody else (`Impersonate-User`, `-Group`, `-Uid`, `-Extra-*`) with 403. Impersonation is not
 * served yet, and a request that wants fewer rights must never be answered with the caller's own.
 */
export const withoutImpersonation: Filter = (next) => (ctx) => {
  const { headers } = ctx.exchange
  for (const name in headers) {
    if (name.startsWith('impersonate-')) throw refused(name, ctx.user.name)
  }
  return next(ctx)
}

function refused(header: string, user: string): StatusError {
  const why =
    `this server does not support impersonation yet, and does not answer as ${JSON.stringify(user)} what was asked in another name; ` +
    `send the request without the ${header} header (kubectl: without --as, --as-group and --as-uid)`
  return new StatusError(403, 'Forbidden', `forbidden: ${why}`, {})
}
