import { anonymousAuthenticator } from './anonymous.ts'
import { bearerAuthenticator, forServer, type TokenAuthenticator, type TokenUsers } from './bearer.ts'
import type { Authenticator } from './contract.ts'
import { localAuthenticator } from './local.ts'
import { requestHeaderAuthenticator, type RequestHeaderOptions } from './request-header.ts'
import { readTokenFile } from './token-file.ts'
import { unionAuthenticator } from './union.ts'
import { clientCertificates } from './x509.ts'

export interface AuthenticationMethods {
  /** Empty: none. */
  readonly tokenAuthFile: string
  /** Who shows nothing is let in: nowhere, everywhere, or on these paths only. */
  readonly anonymous: boolean | readonly string[]
  /** Whom tokens are for that are for this API server. */
  readonly audiences: readonly string[]
  readonly serviceAccounts?: TokenAuthenticator
  readonly bootstrapTokens?: TokenUsers
  readonly tokenWebhook?: TokenAuthenticator
  /** Is told of the end of each client's certificate that is shown, in milliseconds since the epoch. */
  readonly certificateShown?: (notAfter: number) => void
  /** The CAs of clients' certificates now (`certificateIds`); absent: all that TLS has accepted. */
  readonly clientRoots?: () => ReadonlySet<string>
  readonly frontProxy?: RequestHeaderOptions
  /** Certificates do not name their users' UIDs. */
  readonly ignoresCertificateUid?: boolean
}

/** All methods in the order of the reference: what is near before what has to be asked for. Throws an Error of one sentence for a bad token file. */
export function authenticatorOf(o: AuthenticationMethods): Authenticator {
  const { frontProxy: proxy, audiences, certificateShown: shown } = o
  const certificates = [
    ...(proxy === undefined ? [] : [requestHeaderAuthenticator(proxy)]),
    clientCertificates(o.clientRoots, shown, o.ignoresCertificateUid !== true),
  ]
  const tokens = [
    o.tokenAuthFile === '' ? undefined : forServer(readTokenFile(o.tokenAuthFile), audiences),
    o.serviceAccounts,
    o.bootstrapTokens && forServer(o.bootstrapTokens, audiences),
    o.tokenWebhook,
  ].filter((source) => source !== undefined)
  const methods = [localAuthenticator, ...certificates, bearerAuthenticator(tokens, audiences)]
  const { anonymous } = o
  return unionAuthenticator(methods, anonymous === false ? undefined : anonymousAuthenticator(anonymous === true ? [] : anonymous))
}
