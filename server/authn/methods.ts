import { anonymousAuthenticator } from './anonymous.ts'
import { bearerAuthenticator, type TokenAuthenticator } from './bearer.ts'
import type { Authenticator } from './contract.ts'
import { localAuthenticator } from './local.ts'
import { readTokenFile } from './token-file.ts'
import { unionAuthenticator } from './union.ts'
import { x509Authenticator } from './x509.ts'

export interface AuthenticationMethods {
  /** Empty: none. */
  readonly tokenAuthFile: string
  readonly anonymousAuth: boolean
  /** More sources of tokens, asked after the file. */
  readonly tokens?: readonly TokenAuthenticator[]
}

/** All methods in the order of the reference. Throws an Error of one sentence for a bad token file. */
export function authenticatorOf(o: AuthenticationMethods): Authenticator {
  const file = o.tokenAuthFile === '' ? [] : [readTokenFile(o.tokenAuthFile)]
  const methods = [localAuthenticator, x509Authenticator, bearerAuthenticator([...file, ...(o.tokens ?? [])])]
  return unionAuthenticator(methods, o.anonymousAuth ? anonymousAuthenticator : undefined)
}
