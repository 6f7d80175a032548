import { goQuote } from './go-quote.ts'
import type { GroupResource } from './types.ts'

/** metav1.StatusReason values that this server answers (apimachinery `meta/v1/types.go`). */
export type StatusReason =
  | ''
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'StoreReadError'
  | 'Timeout'
  | 'TooManyRequests'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable'
  | 'StorageReadError'

export interface StatusCause {
  reason?: string
  message?: string
  field?: string
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: StatusCause[]
  retryAfterSeconds?: number
}

export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  /** Of a list (ListMeta); webhooks may say some. */
  metadata: Readonly<Record<string, string>>
  status: 'Success' | 'Failure'
  message?: string
  reason?: StatusReason
  details?: StatusDetails
  code: number
}

/** The one error type that reaches a client. Anything else becomes an InternalError. */
export class StatusError extends Error {
  readonly status: Status

  constructor(code: number, reason: StatusReason, message: string, details?: StatusDetails) {
    super(message)
    this.name = 'StatusError'
    const why = { ...(reason === '' ? {} : { reason }), ...(details === undefined ? {} : { details }) }
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, ...why, code }
  }

  get code(): number {
    return this.status.code
  }

  get reason(): StatusReason {
    return this.status.reason ?? ''
  }
}

export function isStatusError(e: unknown, reason?: StatusReason): e is StatusError {
  return e instanceof StatusError && (reason === undefined || e.reason === reason)
}

/** `pods` or `deployments.apps`: schema.GroupResource.String(). */
export function qualified(r: GroupResource): string {
  return r.group === '' ? r.resource : `${r.resource}.${r.group}`
}

// StatusDetails puts the resource into `kind` (apimachinery `api/errors`), and leaves empty fields out.
function about(r: GroupResource, name: string, more: StatusDetails = {}): StatusDetails {
  const d: StatusDetails = {}
  if (name !== '') d.name = name
  if (r.group !== '') d.group = r.group
  if (r.resource !== '') d.kind = r.resource
  return { ...d, ...more }
}

export const notFound = (r: GroupResource, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${qualified(r)} ${goQuote(name)} not found`, about(r, name))

export const alreadyExists = (r: GroupResource, name: string, first = ''): StatusError =>
  new StatusError(409, 'AlreadyExists', `${first}${qualified(r)} ${goQuote(name)} already exists`, about(r, name))

/** The same of a name that the server has made: another try, a second later, makes another one. */
export function generatedNameExists(r: GroupResource, name: string, first = ''): StatusError {
  const why = `${first}${qualified(r)} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`
  return new StatusError(409, 'AlreadyExists', why, { ...about(r, name), retryAfterSeconds: 1 })
}

export const conflict = (r: GroupResource, name: string, why: string): StatusError =>
  new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(r)} ${goQuote(name)}: ${why}`, about(r, name))

export const forbidden = (r: GroupResource, name: string, why: string): StatusError => {
  const message =
    r.resource === ''
      ? `forbidden: ${why}`
      : name === ''
        ? `${qualified(r)} is forbidden: ${why}`
        : `${qualified(r)} ${goQuote(name)} is forbidden: ${why}`
  return new StatusError(403, 'Forbidden', message, about(r, name))
}

export const unauthorized = (why = 'Unauthorized'): StatusError => new StatusError(401, 'Unauthorized', why)

/** A verb that the kind does not take, where the reference finds out by the kind and not by its routes. */
export const methodNotSupported = (r: GroupResource, verb: string): StatusError =>
  new StatusError(405, 'MethodNotAllowed', `${verb} is not supported on resources of kind "${qualified(r)}"`, about(r, ''))
export const badRequest = (why: string): StatusError => new StatusError(400, 'BadRequest', why)

/** What the reference answers for an unknown resource or subresource of a known group-version. */
export const resourceNotFound = (): StatusError => new StatusError(404, 'NotFound', 'the server could not find the requested resource', {})

/** What the reference's router answers when a path exists but not for this method. */
export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const internalError = (why: string): StatusError =>
  new StatusError(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] })

export const serviceUnavailable = (why: string): StatusError => new StatusError(503, 'ServiceUnavailable', why)

export const tooManyRequests = (why: string, retryAfterSeconds: number): StatusError =>
  new StatusError(429, 'TooManyRequests', why, { retryAfterSeconds })

export const resourceExpired = (why: string): StatusError => new StatusError(410, 'Expired', why)

export const requestEntityTooLarge = (why: string): StatusError =>
  new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${why}`)

export const unsupportedMediaType = (why: string): StatusError => new StatusError(415, 'UnsupportedMediaType', why)

export const notAcceptable = (why: string): StatusError => new StatusError(406, 'NotAcceptable', why)

/** What a client sees for an error of any type; the one place that decides it. */
export function toStatus(e: unknown): Status {
  if (e instanceof StatusError) return e.status
  return internalError(e instanceof Error ? e.message : String(e)).status
}
