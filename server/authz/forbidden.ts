import type { UserInfo } from '../authn/contract.ts'
import { goValue } from '../machinery/field-errors.ts'
import { escapeMarkup } from '../machinery/html.ts'
import { forbidden, StatusError } from '../machinery/status.ts'
import type { Attributes } from './contract.ts'

/** The 403 that clients match (apiserver `handlers/responsewriters/errors.go`); `reason` may be empty. */
export function forbiddenError(user: UserInfo, a: Attributes, reason: string): StatusError {
  // The text may be shown by a browser, and holds what the client sent.
  const message = escapeMarkup(refusal(user, a))
  const error = forbidden({ group: a.apiGroup, resource: a.resource }, a.name, reason === '' ? message : `${message}: ${reason}`)
  return error.status.details === undefined ? new StatusError(403, 'Forbidden', error.message, {}) : error
}

function refusal(user: UserInfo, a: Attributes): string {
  const who = `User ${goValue(user.name)} cannot ${a.verb}`
  if (!a.isResourceRequest) return `${who} path ${goValue(a.path)}`
  const resource = a.subresource === '' ? a.resource : `${a.resource}/${a.subresource}`
  const what = `${who} resource ${goValue(resource)} in API group ${goValue(a.apiGroup)}`
  return a.namespace === '' ? `${what} at the cluster scope` : `${what} in the namespace ${goValue(a.namespace)}`
}
