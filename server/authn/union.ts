import {
  groupAuthenticated,
  groupUnauthenticated,
  userAnonymous,
  type AuthenticationResult,
  type Authenticator,
  type Credentials,
  type UserInfo,
} from './contract.ts'

type Answer = AuthenticationResult | undefined

/**
 * Asks each method in turn; the first user counts, and joins system:authenticated. Credentials that were shown and are wrong
 * fail the request unless another method accepts its own; only a request that shows none is left to `fallback` (anonymous).
 */
export function unionAuthenticator(methods: readonly Authenticator[], fallback?: Authenticator): Authenticator {
  function ask(credentials: Credentials, from: number, failure: Answer): Answer | Promise<Answer> {
    for (let i = from; i < methods.length; i++) {
      const answer = methods[i]!.authenticate(credentials)
      if (answer instanceof Promise) {
        return answer.then((a) => (a !== undefined && 'user' in a ? authenticated(a) : ask(credentials, i + 1, a ?? failure)))
      }
      if (answer === undefined) continue
      if ('user' in answer) return authenticated(answer)
      failure = answer
    }
    return failure ?? fallback?.authenticate(credentials)
  }
  return { authenticate: (credentials) => ask(credentials, 0, undefined) }
}

// A login's UserInfo is one object for many requests, and so is its result with the group.
const withGroup = new WeakMap<UserInfo, AuthenticationResult>()

function authenticated(answer: { readonly user: UserInfo }): AuthenticationResult {
  const { user } = answer
  let result = withGroup.get(user)
  if (result === undefined) {
    const known = user.name === userAnonymous || user.groups.includes(groupAuthenticated) || user.groups.includes(groupUnauthenticated)
    result = known ? { user } : { user: { ...user, groups: [...user.groups, groupAuthenticated] } }
    withGroup.set(user, result)
  }
  return result
}
