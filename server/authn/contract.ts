import type { ConnectionState, RequestHeaders } from '../serving/exchange.ts'

/** Who sends a request (apiserver `authentication/user`). Treat as frozen: it is shared by all requests of a login. */
export interface UserInfo {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** What an authenticator may look at. */
export interface Credentials {
  readonly headers: RequestHeaders
  readonly connection: ConnectionState
  /** Decoded. */
  readonly path?: string
  /** Whom credentials must be for (TokenReview); default: this API server. */
  readonly audiences?: readonly string[]
}

/**
 * - `audiences`: those of the wanted ones that the credentials are for, where they say so
 * - `warnings`: what whoever uses these credentials should know of them
 * - `invalid`: credentials were shown and are wrong
 */
export type AuthenticationResult =
  | { readonly user: UserInfo; readonly audiences?: readonly string[] | undefined; readonly warnings?: readonly string[] }
  | { readonly invalid: string }

/**
 * One way to log in.
 * - undefined: this method's credentials are absent; the next method is asked
 * - a promise only where an answer needs one: most requests are answered in the tick they arrive in
 * - never throws for bad credentials
 */
export interface Authenticator {
  authenticate(credentials: Credentials): AuthenticationResult | undefined | Promise<AuthenticationResult | undefined>
}

export const groupMasters = 'system:masters'
export const groupAuthenticated = 'system:authenticated'
export const groupUnauthenticated = 'system:unauthenticated'
export const userAnonymous = 'system:anonymous'

/** In `connection.memo` of a call inside the process: the UserInfo it acts as. Connections from the network never have it. */
export const localUser = Symbol('user of an in-process connection')
