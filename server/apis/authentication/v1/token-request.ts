import { invalid, invalidObject, type FieldError } from '../../../machinery/field-errors.ts'
import type { KubeObject } from '../../../machinery/types.ts'

const DEFAULT_SECONDS = 3600
const MIN_SECONDS = 600
const MAX_SECONDS = 2 ** 32

export interface TokenRequestSpec {
  audiences?: string[]
  /** Has a default. */
  expirationSeconds: number
  boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string } | null
}

export function defaultTokenRequest(body: KubeObject): void {
  const spec = (body.spec ??= {}) as TokenRequestSpec
  spec.expirationSeconds ??= DEFAULT_SECONDS
  spec.boundObjectRef ??= null
}

/** authentication/validation. Throws 422. */
export function validateTokenRequest(spec: TokenRequestSpec): void {
  const seconds = spec.expirationSeconds
  const errors: FieldError[] = []
  const path = 'spec.expirationSeconds'
  if (seconds < MIN_SECONDS) errors.push(invalid(path, seconds, 'may not specify a duration less than 10 minutes'))
  if (seconds > MAX_SECONDS) errors.push(invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds'))
  if (errors.length > 0) throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors)
}
