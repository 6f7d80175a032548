import { isStatusError } from '../machinery/status.ts'

/** Whether a write that failed so may have been carried out: a refusal says that it was not; a server that failed, or did not answer, says nothing. */
export const leavesOpen = (e: unknown): boolean => !isStatusError(e) || e.code >= 500
