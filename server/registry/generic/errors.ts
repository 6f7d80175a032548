import { TooOldError } from '../../cache/resource-cache.ts'
import { TooNewError } from '../../cache/feed.ts'
import { alreadyExists, conflict, resourceExpired, serviceUnavailable, StatusError } from '../../machinery/status.ts'
import type { Int64 } from '../../machinery/numbers.ts'
import type { GroupResource } from '../../machinery/types.ts'
import {
  CompactedError,
  FutureRevisionError,
  KeyExistsError,
  RevisionMismatchError,
  StorageUnavailableError,
} from '../../storage/contract.ts'

/** What apiserver's storage says when a write lost against another (storage/errors.go). */
export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

/** 504 with the cause that client-go looks for before it retries (apimachinery `NewTooLargeResourceVersion`). */
export function tooLargeResourceVersion(e: { requested: Int64; current: number }): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${e.requested}, current: ${e.current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}

/** The one place where storage's and cache's typed errors become a client's Status. */
export function statusFromStorage(e: unknown, resource: GroupResource, name: string): unknown {
  if (e instanceof KeyExistsError) return alreadyExists(resource, name)
  if (e instanceof RevisionMismatchError) return conflict(resource, name, MODIFIED)
  if (e instanceof TooOldError) return resourceExpired(e.message)
  if (e instanceof CompactedError) return resourceExpired('The resourceVersion for the provided list is too old.')
  if (e instanceof TooNewError) return tooLargeResourceVersion(e)
  if (e instanceof FutureRevisionError) return tooLargeResourceVersion({ requested: 0, current: e.currentRevision })
  if (e instanceof StorageUnavailableError) return serviceUnavailable(`the store cannot be reached, please try again: ${e.message}`)
  return e
}

/** Awaits storage or cache work and translates what it throws. */
export async function translated<T>(resource: GroupResource, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (e) {
    throw statusFromStorage(e, resource, name)
  }
}
