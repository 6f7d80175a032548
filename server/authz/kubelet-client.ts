import { kubeletClientGroup, kubeletClientName } from '../serving/certificates.ts'
import { groupAuthenticated, type UserInfo } from '../authn/contract.ts'
import { allow, noOpinion, type Authorizer } from './contract.ts'

/** What this process serves from kubelets it reads as this user. */
export const kubeletClient: UserInfo = { name: kubeletClientName, groups: [kubeletClientGroup, groupAuthenticated] }

/**
 * What kubelets are told when they ask whether this API server may ask them: all of nodes and what is below them
 * (the cluster role system:kubelet-api-admin). It is for SubjectAccessReviews and for calls inside the process: nobody logs in here under
 * this name.
 */
export const kubeletClientAuthorizer: Authorizer = {
  authorize: (user, a) =>
    user.name === kubeletClientName && user.groups.includes(kubeletClientGroup) && a.isResourceRequest && a.apiGroup === '' && reads(a)
      ? allow
      : noOpinion,
}

const readVerbs: readonly string[] = ['get', 'list', 'watch', 'proxy']

const reads = (a: { resource: string; subresource: string; verb: string }): boolean =>
  a.resource === 'nodes' && (a.subresource === '' ? readVerbs.includes(a.verb) : kubeletSubresources.has(a.subresource))

/** Of a node, what its kubelet answers for (kubelet `server/auth.go`). */
const kubeletSubresources = new Set(['proxy', 'stats', 'metrics', 'log', 'spec', 'checkpoint', 'configz', 'healthz', 'pods', 'statusz'])
