import { MAX_FAILURES } from '../../cache/converting-cache.ts'
import { UndecodableError, type Undecodable } from '../../cache/undecodable.ts'
import { TooOldError } from '../../cache/resource-cache.ts'
import { TooNewError } from '../../cache/feed.ts'
import {
  alreadyExists,
  conflict,
  internalError,
  qualified,
  resourceExpired,
  serviceUnavailable,
  StatusError,
  tooManyRequests,
  type StatusCause,
} from '../../machinery/status.ts'
import type { Int64 } from '../../machinery/numbers.ts'
import type { GroupResource } from '../../machinery/types.ts'
import {
  CompactedError,
  FutureRevisionError,
  KeyExistsError,
  RequestTooLargeError,
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

const decodingText = ({ revision, cause }: Undecodable): string => `object not decodable revision=${revision}: ${cause.message}`
const corruptText = (object: Undecodable, key = object.key): string =>
  `StorageError: corrupt object, Code: 7, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${decodingText(object)}`

/** One object was asked for, to be shown or deleted. Upstream's storage names it without the prefix of all keys (`/registry`). */
export function undecodableObject(object: Undecodable): StatusError {
  return internalError(corruptText(object, object.key.replace(/^\/[^/]+/, '')))
}

const listFailure = ({ objects }: UndecodableError, resource: GroupResource): string => {
  const more = Math.min(objects.length, MAX_FAILURES) - 1
  const others = more === 0 ? '' : ` (and ${more} more)`
  return `failed to read one or more ${qualified(resource)} from the storage: ${corruptText(objects[0]!)}${others}`
}

/** A page was read from storage (apiserver `etcd3/corrupt_obj_deleter.go`). */
export function undecodableList(e: UndecodableError, resource: GroupResource): StatusError {
  const causes: StatusCause[] = e.objects.slice(0, MAX_FAILURES).map((object) => ({
    ...{ reason: 'UnexpectedServerResponse', message: corruptText(object), field: object.key },
  }))
  if (e.objects.length >= MAX_FAILURES) causes.push({ reason: 'FieldValueTooMany', message: 'too many errors, the list is truncated' })
  const details = { name: 'list', ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.resource, causes }
  return new StatusError(500, 'StorageReadError', listFailure(e, resource), details)
}

/** What only the cache can tell, which cannot be filled (apiserver `cacher/ready.go`). */
export const cacheNotReady = (e: UndecodableError, resource: GroupResource): StatusError =>
  tooManyRequests(`storage is (re)initializing: failed to list <unspecified>: ${listFailure(e, resource)}`, 1)

/** The one place where storage's and cache's typed errors become a client's Status. */
export function statusFromStorage(e: unknown, resource: GroupResource, name: string): unknown {
  if (e instanceof KeyExistsError) return alreadyExists(resource, name)
  if (e instanceof RevisionMismatchError) return conflict(resource, name, MODIFIED)
  if (e instanceof UndecodableError) return new StatusError(500, '', decodingText(e.objects[0]!))
  if (e instanceof TooOldError) return resourceExpired(e.message)
  if (e instanceof CompactedError) return resourceExpired('The resourceVersion for the provided list is too old.')
  if (e instanceof TooNewError) return tooLargeResourceVersion(e)
  if (e instanceof FutureRevisionError) return tooLargeResourceVersion({ requested: 0, current: e.currentRevision })
  if (e instanceof RequestTooLargeError) return new StatusError(500, '', e.message)
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
