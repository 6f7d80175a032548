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
  readonly fieldSelector: string
  readonly labelSelector: string
}

export interface Decision {
  readonly decision: 'allow' | 'deny' | 'no-opinion'
  /** For the client, and for SubjectAccessReview; may be empty. */
  readonly reason: string
}

/**
 * One way to decide.
 * - deny ends the matter, no-opinion leaves it to the next; when nobody allows, the answer is no
 * - a promise only where an answer needs one
 */
export interface Authorizer {
  authorize(user: UserInfo, attributes: Attributes): Decision | Promise<Decision>
  /** All that the user may do in a namespace, for SelfSubjectRulesReview; absent where that cannot be listed. */
  rulesFor?(user: UserInfo, namespace: string): UserRules | Promise<UserRules>
}

/** Rules in the form of authorization.k8s.io/v1. */
export interface UserRules {
  readonly resourceRules: readonly { verbs: readonly string[]; apiGroups: readonly string[]; resources: readonly string[] }[]
  readonly nonResourceRules: readonly { verbs: readonly string[]; nonResourceURLs: readonly string[] }[]
}

export const noRules: UserRules = { resourceRules: [], nonResourceRules: [] }
export const allRules: UserRules = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
}

export const allow: Decision = { decision: 'allow', reason: '' }
export const noOpinion: Decision = { decision: 'no-opinion', reason: '' }
