import { invalid, invalidObject, textNotSupported, type FieldError } from '../../../machinery/field-errors.ts'
import { dns1123SubdomainErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'

const DEFAULT_SECONDS = 3600
const MIN_SECONDS = 600
const MAX_SECONDS = 2 ** 32

export interface TokenRequestSpec {
  audiences?: string[]
  /** Has a default. */
  expirationSeconds: number
  /** What a token that is bound to a configuration of webhooks attests. */
  attestations?: Record<string, string[]>
  boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string } | null
}

export function defaultTokenRequest(body: KubeObject): void {
  const spec = (body.spec ??= {}) as TokenRequestSpec
  spec.expirationSeconds ??= DEFAULT_SECONDS
  spec.boundObjectRef ??= null
}

const WEBHOOKS = new Set(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'])
/** The one thing that can be attested: whose group the objects are of which a webhook is told. */
const GROUPS = 'admissionReviewAPIGroups'

/** Whether a token is to be bound to a configuration of webhooks, by which the server would show itself to one. */
export const isBoundToWebhooks = ({ boundObjectRef: ref }: Pick<TokenRequestSpec, 'boundObjectRef'>): boolean =>
  ref?.apiVersion === 'admissionregistration.k8s.io/v1' && WEBHOOKS.has(ref.kind ?? '')

/** authentication/validation, ValidateTokenRequest. Throws 422. */
export function validateTokenRequest(spec: TokenRequestSpec): void {
  const { expirationSeconds: seconds, audiences = [] } = spec
  const attestations = spec.attestations ?? {}
  const errors: FieldError[] = []
  const path = 'spec.expirationSeconds'
  if (seconds < MIN_SECONDS) errors.push(invalid(path, seconds, 'may not specify a duration less than 10 minutes'))
  if (seconds > MAX_SECONDS) errors.push(invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds'))
  if (isBoundToWebhooks(spec)) {
    if (audiences.length !== 1) errors.push(invalid('spec.audiences', audiences, 'must be length 1 when bound to a webhook config'))
    errors.push(...attestationErrors(attestations))
  } else if (Object.keys(attestations).length > 0) {
    // Told alone, as upstream.
    errors.splice(
      0,
      Infinity,
      invalid(ATTESTATIONS, attestations, 'attestations may only be specified with a webhook bound object reference'),
    )
  }
  if (errors.length > 0) throw invalidObject({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors)
}

const ATTESTATIONS = 'spec.attestations'

function attestationErrors(attestations: Record<string, string[]>): FieldError[] {
  const [only, ...others] = Object.entries(attestations)
  if (only === undefined || others.length > 0) {
    return [invalid(ATTESTATIONS, attestations, 'webhook bound requests require exactly one admissionReviewAPIGroups attestation')]
  }
  const [key, values] = only
  const path = `${ATTESTATIONS}[${key}]`
  if (key !== GROUPS) return [textNotSupported(path, key, [GROUPS])]
  const [group] = values
  if (group === undefined || values.length > 1) return [invalid(path, values, 'must specify a single value')]
  // Of a right to attest no name is every name, and of an API no name is the core group's.
  if (group === '') return [invalid(`${path}[0]`, group, 'may not be an empty string')]
  return group === '*'
    ? []
    : dns1123SubdomainErrors(group).map((why) => invalid(`${path}[0]`, group, `must specify a valid API Group: ${why}`))
}
