import type { Authenticator, UserInfo } from '../../authn/contract.ts'
import type { ServiceAccountTokens } from '../../authn/service-account.ts'
import { formatTime } from '../../machinery/clock.ts'
import { badRequest } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { UnstoredDefinition } from '../definition.ts'

/** authentication.k8s.io: who a token is, and who I am (registry/authentication). */
const GROUP = 'authentication.k8s.io'

export interface AuthenticationReviewOptions {
  authenticator: Authenticator
  tokens: ServiceAccountTokens | undefined
}

const shown = ({ name, uid, groups, extra }: UserInfo): object => ({
  ...(name === '' ? {} : { username: name }),
  ...(uid === undefined ? {} : { uid }),
  ...(groups.length === 0 ? {} : { groups }),
  ...(extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1))) }),
})

interface Verdict {
  user: UserInfo
  audiences: readonly string[]
}

const INVALID = 'invalid bearer token'
const AUTHENTICATED = 'system:authenticated'
const withGroup = (user: UserInfo): UserInfo =>
  user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] }

/** Service account tokens say whom they are for; every other credential is for this API server. */
async function judge(o: AuthenticationReviewOptions, token: string, wanted: readonly string[]): Promise<Verdict | { error: string }> {
  const own = o.tokens?.audiences ?? []
  const audiences = wanted.length > 0 ? wanted : own
  const account = await o.tokens?.review(token, audiences)
  if (account !== undefined && 'user' in account) return { user: withGroup(account.user), audiences: account.audiences }
  const error = account === undefined ? INVALID : `[${INVALID}, ${account.error}]`
  const shared = audiences.filter((a) => own.includes(a))
  if (wanted.length > 0 && shared.length === 0) return { error }
  const connection = { peerCertificate: undefined, memo: new Map<symbol, unknown>() }
  const answer = await o.authenticator.authenticate({ headers: { authorization: `Bearer ${token}` }, connection })
  return answer !== undefined && 'user' in answer ? { user: answer.user, audiences: shared } : { error }
}

export const authenticationReviews = (o: AuthenticationReviewOptions): UnstoredDefinition[] => [
  {
    group: GROUP,
    version: 'v1',
    resource: 'tokenreviews',
    kind: 'TokenReview',
    async create(body) {
      const { token = '', audiences = [] } = (body.spec ?? {}) as { token?: string; audiences?: string[] }
      if (token === '') throw badRequest('token is required for TokenReview in authentication')
      const verdict = await judge(o, token, audiences)
      if ('error' in verdict) return { ...body, status: { user: {}, error: verdict.error } }
      const meant = verdict.audiences.length === 0 ? {} : { audiences: verdict.audiences }
      return { ...body, status: { authenticated: true, user: shown(verdict.user), ...meant } }
    },
  },
  {
    group: GROUP,
    version: 'v1',
    resource: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    create: (body, { user, context }): Promise<KubeObject> =>
      Promise.resolve({
        ...body,
        metadata: { ...body.metadata, creationTimestamp: formatTime(context.clock.now()) },
        status: { userInfo: shown(user) },
      }),
  },
]
