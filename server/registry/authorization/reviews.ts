import type { UserInfo } from '../../authn/contract.ts'
import type { Attributes, Authorizer } from '../../authz/contract.ts'
import { errorText } from '../../machinery/error-text.ts'
import { invalid, invalidObject, type FieldError } from '../../machinery/field-errors.ts'
import { badRequest } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { UnstoredRequest } from '../definition.ts'
import type { ReviewDefinition } from '../review.ts'
import { fieldSelectors, labelSelectors, readSelector, validateSelector, type SelectorAttributes } from './selectors.ts'

/** authorization.k8s.io: what somebody may do (registry/authorization, authorization/validation). */
const GROUP = 'authorization.k8s.io'

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

interface ReviewSpec {
  resourceAttributes?: ResourceAttributes
  nonResourceAttributes?: { path?: string; verb?: string }
  user?: string
  groups?: string[]
  uid?: string
  extra?: Record<string, string[]>
}

/** What is asked, and what of it was not understood. */
function attributesOf({ resourceAttributes: r, nonResourceAttributes: n }: ReviewSpec): { attributes: Attributes; ignored: string } {
  const fields = readSelector(fieldSelectors, r?.fieldSelector)
  const labels = readSelector(labelSelectors, r?.labelSelector)
  const attributes = {
    isResourceRequest: r !== undefined,
    verb: r?.verb ?? n?.verb ?? '',
    path: n?.path ?? '',
    apiGroup: r?.group ?? '',
    apiVersion: r?.version || '*',
    namespace: r?.namespace ?? '',
    resource: r?.resource ?? '',
    subresource: r?.subresource ?? '',
    name: r?.name ?? '',
    fieldSelector: fields.text,
    labelSelector: labels.text,
  }
  return { attributes, ignored: [fields.ignored, labels.ignored].filter((text) => text !== '').join('; ') }
}

/** As the internal type prints. */
const nonResourceValue = (n: ReviewSpec['nonResourceAttributes']): unknown =>
  n === undefined ? null : { Path: n.path ?? '', Verb: n.verb ?? '' }

interface ReviewRules {
  self: boolean
  local: boolean
}

function validate(body: KubeObject, { self, local }: ReviewRules): void {
  const spec = (body.spec ??= {}) as ReviewSpec
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
  if (Object.keys(kept).length > 0) errors.push(invalid('metadata', body.metadata, `must be empty${local ? ' except for namespace' : ''}`))
  if (local) {
    const asked = spec.resourceAttributes?.namespace
    if (spec.resourceAttributes !== undefined && (asked ?? '') !== (namespace ?? '')) {
      errors.push(invalid('spec.resourceAttributes.namespace', asked ?? '', 'must match metadata.namespace'))
    }
    if (spec.nonResourceAttributes !== undefined) {
      errors.push(invalid('spec.nonResourceAttributes', nonResourceValue(spec.nonResourceAttributes), 'disallowed on this kind of request'))
    }
  }
  if (errors.length > 0) throw invalidObject({ group: GROUP, kind: '' }, '', errors)
}

async function decide(authorizer: Authorizer, user: UserInfo, spec: ReviewSpec): Promise<object> {
  const { attributes, ignored } = attributesOf(spec)
  const { decision, reason, error = '' } = await authorizer.authorize(user, attributes)
  const evaluationError = [error, ignored].filter((text) => text !== '').join('; ')
  return {
    allowed: decision === 'allow',
    ...(decision === 'deny' ? { denied: true } : {}),
    ...(reason === '' ? {} : { reason }),
    ...(evaluationError === '' ? {} : { evaluationError }),
  }
}

function subjectOf({ user = '', uid, groups = [], extra }: ReviewSpec): UserInfo {
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra === undefined ? {} : { extra }) }
}

function review(kind: string, resource: string, rules: ReviewRules, authorizer: Authorizer): ReviewDefinition {
  return {
    group: GROUP,
    version: 'v1',
    resource,
    kind,
    namespaced: rules.local,
    async create(body, request, confirm) {
      if (rules.local) checkNamespace(body, request)
      validate(body, rules)
      await confirm()
      const spec = body.spec as ReviewSpec
      return { ...body, status: await decide(authorizer, rules.self ? request.user : subjectOf(spec), spec) }
    },
  }
}

function checkNamespace(body: KubeObject, { namespace }: UnstoredRequest): void {
  const own = body.metadata.namespace ?? ''
  if (own === '') body.metadata.namespace = namespace
  else if (own !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

function rulesReview(authorizer: Authorizer): ReviewDefinition {
  return {
    group: GROUP,
    version: 'v1',
    resource: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    namespaced: false,
    async create(body, { user }, confirm) {
      const namespace = (body.spec as { namespace?: string } | undefined)?.namespace ?? ''
      if (namespace === '') throw badRequest('no namespace on request')
      await confirm()
      const rules = await authorizer.rulesFor?.(user, namespace)
      const { resourceRules = [], nonResourceRules = [], incomplete = false, errors = [] } = rules ?? { incomplete: true }
      const status = {
        resourceRules,
        nonResourceRules,
        incomplete,
        ...(errors.length === 0 ? {} : { evaluationError: errorText(errors) }),
      }
      // Upstream answers without the namespace that was asked for.
      return { ...body, metadata: {}, spec: {}, status }
    },
  }
}

export const accessReviews = (authorizer: Authorizer): ReviewDefinition[] => [
  review('SelfSubjectAccessReview', 'selfsubjectaccessreviews', { self: true, local: false }, authorizer),
  review('SubjectAccessReview', 'subjectaccessreviews', { self: false, local: false }, authorizer),
  review('LocalSubjectAccessReview', 'localsubjectaccessreviews', { self: false, local: true }, authorizer),
  rulesReview(authorizer),
]
