import type { AuthenticationResult, Authenticator, UserInfo } from './contract.ts'

/** One source of bearer tokens: the user of a token, undefined for one it does not know. */
export interface TokenAuthenticator {
  authenticateToken(token: string): UserInfo | undefined | Promise<UserInfo | undefined>
}

const invalid: AuthenticationResult = { invalid: 'invalid bearer token' }

/** `Authorization: Bearer TOKEN` (RFC 6750 §2.1). A token that no source knows is a failed login, not an anonymous one. */
export function bearerAuthenticator(sources: readonly TokenAuthenticator[]): Authenticator {
  return {
    authenticate({ headers }) {
      const header = headers['authorization']
      if (header === undefined) return undefined
      const token = bearerToken(header)
      if (token === '') return undefined
      return ask(sources, 0, token)
    },
  }
}

function ask(sources: readonly TokenAuthenticator[], from: number, token: string): AuthenticationResult | Promise<AuthenticationResult> {
  for (let i = from; i < sources.length; i++) {
    const user = sources[i]!.authenticateToken(token)
    if (user instanceof Promise) return user.then((u) => (u === undefined ? ask(sources, i + 1, token) : { user: u }))
    if (user !== undefined) return { user }
  }
  return invalid
}

/** Empty when the header is of another scheme or has no token. */
function bearerToken(header: string): string {
  const [scheme, token] = header.trim().split(' ', 3)
  return scheme?.toLowerCase() === 'bearer' ? (token ?? '') : ''
}
