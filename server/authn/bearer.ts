import { errorText } from '../machinery/error-text.ts'
import type { AuthenticationResult, Authenticator, UserInfo } from './contract.ts'

/** Who a token is and which of the wanted audiences it is for, or why it is not good. */
export type TokenVerdict =
  | { readonly user: UserInfo; readonly audiences: readonly string[]; readonly warnings?: readonly string[] }
  | { readonly error: string }

type Answer = TokenVerdict | undefined

/** One kind of bearer tokens. `audiences`: whom the token must be for. Undefined for a token of another kind; never throws. */
export interface TokenAuthenticator {
  authenticateToken(token: string, audiences: readonly string[]): Answer | Promise<Answer>
}

/** Tokens that say nothing of audiences: the user of a token, undefined for one that is not known. */
export interface TokenUsers {
  userOf(token: string): UserInfo | undefined
}

/** Such tokens are for this API server and nobody else (apiserver `authenticator/audagnostic.go`). */
export function forServer(tokens: TokenUsers, own: readonly string[]): TokenAuthenticator {
  return {
    authenticateToken(token, wanted) {
      const audiences = wanted === own ? own : wanted.filter((a) => own.includes(a))
      if (audiences.length === 0 && wanted.length > 0) return undefined
      const user = tokens.userOf(token)
      return user === undefined ? undefined : { user, audiences }
    },
  }
}

const INVALID = 'invalid bearer token'
const invalid: AuthenticationResult = { invalid: INVALID }

/**
 * `Authorization: Bearer TOKEN` (RFC 6750 §2.1). A token that no source knows is a failed login, not an anonymous one.
 * @param own whom tokens are for when nothing else is asked
 */
export function bearerAuthenticator(sources: readonly TokenAuthenticator[], own: readonly string[]): Authenticator {
  return {
    authenticate({ headers, audiences = own }) {
      const header = headers['authorization']
      if (header === undefined) return undefined
      const token = bearerToken(header)
      if (token === '') return undefined
      return ask(sources, 0, token, audiences, none)
    },
  }
}

const none: readonly string[] = []

/** The first that knows the token counts; what others have against it is told when nobody does. */
function ask(
  sources: readonly TokenAuthenticator[],
  from: number,
  token: string,
  audiences: readonly string[],
  errors: readonly string[],
): AuthenticationResult | Promise<AuthenticationResult> {
  for (let i = from; i < sources.length; i++) {
    const answer = sources[i]!.authenticateToken(token, audiences)
    if (answer instanceof Promise) {
      return answer.then((a) => (a !== undefined && 'user' in a ? a : ask(sources, i + 1, token, audiences, withError(errors, a))))
    }
    if (answer !== undefined && 'user' in answer) return answer
    errors = withError(errors, answer)
  }
  // The reference asks for the token of its own clients first, which this is none of.
  return errors.length === 0 ? invalid : { invalid: errorText([INVALID, ...errors]) }
}

const withError = (errors: readonly string[], answer: { readonly error: string } | undefined): readonly string[] =>
  answer === undefined ? errors : [...errors, answer.error]

/** Empty when the header is of another scheme or has no token. */
function bearerToken(header: string): string {
  const [scheme, token] = header.trim().split(' ', 3)
  return scheme?.toLowerCase() === 'bearer' ? (token ?? '') : ''
}
