import type { Authenticator, UserInfo } from '../../authn/contract.ts'
import { formatTime } from '../../machinery/clock.ts'
import { badRequest, internalError } from '../../machinery/status.ts'
import type { ReviewDefinition } from '../review.ts'

/** authentication.k8s.io: who a token is, and who I am (registry/authentication). */
const GROUP = 'authentication.k8s.io'

export interface AuthenticationReviewOptions {
  authenticator: Authenticator
  /** Of this API server. */
  audiences: readonly string[]
}

const shown = ({ name, uid, groups, extra }: UserInfo): object => ({
  ...(name === '' ? {} : { username: name }),
  ...(uid === undefined ? {} : { uid }),
  ...(groups.length === 0 ? {} : { groups }),
  ...(extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1))) }),
})

/** Who sends a request with nothing but this token, to whoever is wanted. */
async function review(
  { authenticator, audiences: own }: AuthenticationReviewOptions,
  token: string,
  wanted: readonly string[],
): Promise<object> {
  const audiences = wanted.length > 0 ? wanted : own
  const connection = { peerCertificate: undefined, memo: new Map<symbol, unknown>() }
  const answer = await authenticator.authenticate({ headers: { authorization: `Bearer ${token}` }, connection, audiences })
  if (answer === undefined) return { user: {} }
  if ('invalid' in answer) return { user: {}, error: answer.invalid }
  const meant = answer.audiences ?? []
  if (audiences.length > 0 && !meant.some((a) => audiences.includes(a))) throw internalError('error validating audiences')
  return { authenticated: true, user: shown(answer.user), ...(meant.length === 0 ? {} : { audiences: meant }) }
}

export const authenticationReviews = (o: AuthenticationReviewOptions): ReviewDefinition[] => [
  {
    group: GROUP,
    version: 'v1',
    resource: 'tokenreviews',
    kind: 'TokenReview',
    namespaced: false,
    async create(body, _request, confirm) {
      const { token = '', audiences = [] } = (body.spec ?? {}) as { token?: string; audiences?: string[] }
      if (token === '') throw badRequest('token is required for TokenReview in authentication')
      await confirm()
      return { ...body, status: await review(o, token, audiences) }
    },
  },
  {
    group: GROUP,
    version: 'v1',
    resource: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    namespaced: false,
    async create(body, { user, context }, confirm) {
      await confirm()
      return { ...body, metadata: { creationTimestamp: formatTime(context.clock.now()) }, status: { userInfo: shown(user) } }
    },
  },
]
