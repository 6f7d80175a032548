import { type AccessReviewSpec, type ReviewRules, validateAccessReview } from '../../apis/authorization/v1/access-review.ts'
import { fieldSelectors, labelSelectors, readSelector } from '../../apis/authorization/v1/selectors.ts'
import type { UserInfo } from '../../authn/contract.ts'
import type { Attributes, Authorizer } from '../../authz/contract.ts'
import { errorText } from '../../machinery/error-text.ts'
import { badRequest } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { UnstoredRequest } from '../definition.ts'
import type { ReviewDefinition } from '../review.ts'

/** authorization.k8s.io: what somebody may do (registry/authorization, authorization/validation). */
const GROUP = 'authorization.k8s.io'

/** What is asked, and what of it was not understood. */
function attributesOf({ resourceAttributes: r, nonResourceAttributes: n }: AccessReviewSpec): { attributes: Attributes; ignored: string } {
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

async function decide(authorizer: Authorizer, user: UserInfo, spec: AccessReviewSpec): Promise<object> {
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

function subjectOf({ user = '', uid, groups = [], extra }: AccessReviewSpec): UserInfo {
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
      validateAccessReview(body, rules)
      await confirm()
      const spec = body.spec as AccessReviewSpec
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
