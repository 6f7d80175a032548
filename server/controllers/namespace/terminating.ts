import { isStatusError } from '../../machinery/status.ts'

/** Whether a create failed because its namespace is on its way out, or out: nothing to retry then. */
export function isTerminating(e: unknown): boolean {
  if (isStatusError(e, 'NotFound')) return true
  return isStatusError(e, 'Forbidden') && (e.status.details?.causes ?? []).some((c) => c.reason === 'NamespaceTerminating')
}
