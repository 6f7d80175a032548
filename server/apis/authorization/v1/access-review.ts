import { invalid, invalidObject, type FieldError } from '../../../machinery/field-errors.ts'
import type { KubeObject, ObjectMeta } from '../../../machinery/types.ts'
import { fieldSelectors, labelSelectors, validateSelector, type SelectorAttributes } from './selectors.ts'

interface ResourceAttributes {
  namespace?: string
  verb?: string
  group?: string
  version?: string
  resource?: string
  subresource?: string
  name?: string
  fieldSelector?: SelectorAttributes
  labelSelector?: SelectorAttributes
}

export interface AccessReviewSpec {
  resourceAttributes?: ResourceAttributes
  nonResourceAttributes?: { path?: string; verb?: string }
  user?: string
  groups?: string[]
  uid?: string
  extra?: Record<string, string[]>
}

/** As the internal type prints. */
const nonResourceValue = (n: AccessReviewSpec['nonResourceAttributes']): unknown =>
  n === undefined ? null : { Path: n.path ?? '', Verb: n.verb ?? '' }

/** What the three kinds of review differ in. */
export interface ReviewRules {
  /** Asks for whoever sends it. */
  readonly self: boolean
  /** Of one namespace, in which it is posted. */
  readonly local: boolean
}

/** The path's namespace has been set last; Go prints it where ObjectMeta declares it. */
function inGoOrder(metadata: ObjectMeta): object {
  const first = (['name', 'generateName', 'namespace'] as const).flatMap((field) =>
    metadata[field] === undefined ? [] : [[field, metadata[field]] as const],
  )
  return { ...Object.fromEntries(first), ...metadata }
}

/** authorization/validation. Throws 422. */
export function validateAccessReview(body: KubeObject, { self, local }: ReviewRules): void {
  const spec = (body.spec ??= {}) as AccessReviewSpec
  const errors: FieldError[] = []
  if ((spec.resourceAttributes === undefined) === (spec.nonResourceAttributes === undefined)) {
    const text = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
    errors.push(invalid('spec', nonResourceValue(spec.resourceAttributes === undefined ? undefined : spec.nonResourceAttributes), text))
  }
  if (!self && !spec.user && !spec.groups?.length)
    errors.push(invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified'))
  for (const kind of [fieldSelectors, labelSelectors])
    validateSelector(errors, kind, spec.resourceAttributes?.[kind.name], 'spec.resourceAttributes')
  const { namespace, managedFields: _, ...rest } = body.metadata
  const kept = local || namespace === undefined ? rest : { ...rest, namespace }
  if (Object.keys(kept).length > 0)
    errors.push(invalid('metadata', inGoOrder(body.metadata), `must be empty${local ? ' except for namespace' : ''}`))
  if (local) {
    const asked = spec.resourceAttributes?.namespace
    if (spec.resourceAttributes !== undefined && (asked ?? '') !== (namespace ?? '')) {
      errors.push(invalid('spec.resourceAttributes.namespace', asked ?? '', 'must match metadata.namespace'))
    }
    if (spec.nonResourceAttributes !== undefined) {
      errors.push(invalid('spec.nonResourceAttributes', nonResourceValue(spec.nonResourceAttributes), 'disallowed on this kind of request'))
    }
  }
  if (errors.length > 0) throw invalidObject({ group: 'authorization.k8s.io', kind: '' }, '', errors)
}
