import { errorText } from '../machinery/error-text.ts'
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
type Failure = { readonly invalid: string } | undefined

/** What is wrong with the credentials of each method is told. */
const joined = (failure: Failure, next: Failure): Failure =>
  failure === undefined || next === undefined ? (failure ?? next) : { invalid: errorText([failure.invalid, next.invalid]) }

/**
 * Asks each method in turn; the first user counts, and joins system:authenticated. Credentials that were shown and are wrong
 * fail the request unless another method accepts its own; only a request that shows none is left to `fallback` (anonymous).
 */
export function unionAuthenticator(methods: readonly Authenticator[], fallback?: Authenticator): Authenticator {
  function ask(credentials: Credentials, from: number, failure: Failure): Answer | Promise<Answer> {
    for (let i = from; i < methods.length; i++) {
      const answer = methods[i]!.authenticate(credentials)
      if (answer instanceof Promise) {
        return answer.then((a) => (a !== undefined && 'user' in a ? authenticated(a) : ask(credentials, i + 1, joined(failure, a))))
      }
      if (answer === undefined) continue
      if ('user' in answer) return authenticated(answer)
      failure = joined(failure, answer)
    }
    return failure ?? fallback?.authenticate(credentials)
  }
  return { authenticate: (credentials) => ask(credentials, 0, undefined) }
}

// A login's UserInfo is one object for many requests, and so is what it becomes with the group.
const withGroup = new WeakMap<UserInfo, { readonly user: UserInfo }>()

function authenticated({ user, audiences, warnings }: Exclude<AuthenticationResult, { invalid: string }>): AuthenticationResult {
  let result = withGroup.get(user)
  if (result === undefined) {
    const known = user.name === userAnonymous || user.groups.includes(groupAuthenticated) || user.groups.includes(groupUnauthenticated)
    result = known ? { user } : { user: { ...user, groups: [...user.groups, groupAuthenticated] } }
    withGroup.set(user, result)
  }
  if (audiences === undefined && warnings === undefined) return result
  return { user: result.user, ...(audiences === undefined ? {} : { audiences }), ...(warnings === undefined ? {} : { warnings }) }
}
