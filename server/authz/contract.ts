import type { UserInfo } from '../authn/contract.ts'

/** What a user wants to do (apiserver `authorization/authorizer`); a RequestInfo is one. */
export interface Attributes {
  readonly isResourceRequest: boolean
  readonly verb: string
  /** Of requests that are not about resources. */
  readonly path: string
  readonly apiGroup: string
  readonly apiVersion: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  /** What the request is limited to, as it has it (`selectors.ts`). */
  readonly fieldSelector: string
  readonly labelSelector: string
}

export interface Decision {
  readonly decision: 'allow' | 'deny' | 'no-opinion'
  /** For the client, and for SubjectAccessReview; may be empty. */
  readonly reason: string
  /** What kept an authorizer from deciding; unless somebody allows, the request fails with it. */
  readonly error?: string
}

/**
 * One way to decide.
 * - deny ends the matter, no-opinion leaves it to the next; when nobody allows, the answer is no
 * - a promise only where an answer needs one
 */
export interface Authorizer {
  /** What its reasons begin with when nobody allows, as in the reference (`rbac: …`). */
  readonly name?: string
  authorize(user: UserInfo, attributes: Attributes): Decision | Promise<Decision>
  /** All that the user may do in a namespace, for SelfSubjectRulesReview; absent where that cannot be listed. */
  rulesFor?(user: UserInfo, namespace: string): UserRules | Promise<UserRules>
}

/** Rules in the form of authorization.k8s.io/v1. */
export interface UserRules {
  readonly resourceRules: readonly ResourceRule[]
  readonly nonResourceRules: readonly { verbs: readonly string[]; nonResourceURLs: readonly string[] }[]
  /** There may be more that cannot be listed. */
  readonly incomplete?: boolean
  /** Why something is missing. */
  readonly errors?: readonly string[]
}

interface ResourceRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
}

export const allRules: UserRules = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
}

export const allow: Decision = { decision: 'allow', reason: '' }
export const noOpinion: Decision = { decision: 'no-opinion', reason: '' }
