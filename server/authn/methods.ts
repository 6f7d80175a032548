import { anonymousAuthenticator } from './anonymous.ts'
import { bearerAuthenticator, type TokenAuthenticator } from './bearer.ts'
import type { Authenticator } from './contract.ts'
import { localAuthenticator } from './local.ts'
import { requestHeaderAuthenticator, type RequestHeaderOptions } from './request-header.ts'
import { readTokenFile } from './token-file.ts'
import { unionAuthenticator } from './union.ts'
import { clientCertificates } from './x509.ts'

export interface AuthenticationMethods {
  /** Empty: none. */
  readonly tokenAuthFile: string
  readonly anonymousAuth: boolean
  /** More sources of tokens, asked after the file. */
  readonly tokens?: readonly TokenAuthenticator[]
  /** Front proxies, and the CAs of clients' certificates (`RequestHeaderOptions.roots`), whom they are not. */
  readonly frontProxy?: RequestHeaderOptions & { readonly clientRoots: ReadonlySet<string> }
}

/** All methods in the order of the reference. Throws an Error of one sentence for a bad token file. */
export function authenticatorOf(o: AuthenticationMethods): Authenticator {
  const file = o.tokenAuthFile === '' ? [] : [readTokenFile(o.tokenAuthFile)]
  const { frontProxy: proxy } = o
  const certificates =
    proxy === undefined
      ? [clientCertificates()]
      : [requestHeaderAuthenticator(proxy), clientCertificates((c) => proxy.clientRoots.has(c.peerRoot?.() ?? ''))]
  const methods = [localAuthenticator, ...certificates, bearerAuthenticator([...file, ...(o.tokens ?? [])])]
  return unionAuthenticator(methods, o.anonymousAuth ? anonymousAuthenticator : undefined)
}
