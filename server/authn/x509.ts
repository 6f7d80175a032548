import { createHash, X509Certificate } from 'node:crypto'
import { kubeletClientName } from '../serving/certificates.ts'
import { subjectOf } from '../machinery/x509/name.ts'
import type { ConnectionState } from '../serving/exchange.ts'
import type { AuthenticationResult, Authenticator } from './contract.ts'
import { isOf } from './request-header.ts'

interface Memo {
  /** By which CAs it was judged. */
  readonly roots: ReadonlySet<string> | undefined
  readonly login: AuthenticationResult | undefined
  readonly notAfter: number | undefined
}
const memo = Symbol('login of a client certificate')

/**
 * A client certificate: the common name is the user, organizations are groups. Read once a connection, and again when other CAs count. The
 * server's own is no login.
 * @param rootsOf the CAs of clients now (`certificateIds`), another set when they change; undefined: all that TLS has accepted
 * @param readsUid whether a certificate may name its user's UID (the gate AllowParsingUserUIDFromCertAuth)
 * @param shown is told of the end of the certificate of each request, in milliseconds since the epoch
 */
export function clientCertificates(
  rootsOf: () => ReadonlySet<string> | undefined = () => undefined,
  shown?: (notAfter: number) => void,
  readsUid = true,
): Authenticator {
  return {
    authenticate({ connection }) {
      if (connection.peerCertificate === undefined && connection.peerCertificateError === undefined) return undefined
      let result = connection.memo.get(memo) as Memo | undefined
      const roots = rootsOf()
      if (result === undefined || result.roots !== roots) {
        const foreign = connection.peerCertificate !== undefined && roots !== undefined && !isOf(connection, roots)
        const known = foreign ? { invalid: 'x509: certificate signed by unknown authority' } : login(connection, readsUid)
        result = { roots, login: known, notAfter: shown && endOf(connection.peerCertificate) }
        connection.memo.set(memo, result)
      }
      if (result.notAfter !== undefined) shown?.(result.notAfter)
      return result.login
    },
  }
}

export const x509Authenticator = clientCertificates()

function endOf(certificate: Buffer | undefined): number | undefined {
  if (certificate === undefined) return undefined
  try {
    return Date.parse(new X509Certificate(certificate).validTo)
  } catch {
    return undefined
  }
}

function login({ peerCertificate, peerCertificateError }: ConnectionState, readsUid: boolean): AuthenticationResult | undefined {
  if (peerCertificate === undefined) return { invalid: peerCertificateError ?? 'x509: invalid certificate' }
  let subject: ReturnType<typeof subjectOf>
  try {
    subject = subjectOf(peerCertificate)
  } catch {
    return { invalid: 'x509: malformed certificate' }
  }
  const { commonName, organizations } = subject
  const uids = readsUid ? subject.uids : []
  if (commonName === '') return undefined
  if (uids.length > 1 || uids[0] === '') return { invalid: 'x509: the certificate has no one uid' }
  // What the server shows to kubelets must not open the server: a proxied request that leads back here would act with its rights.
  if (commonName === kubeletClientName) return { invalid: 'x509: the certificate is for kubelets only' }
  const id = createHash('sha256').update(peerCertificate).digest('hex')
  const extra = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${id}`] }
  return { user: { name: commonName, groups: organizations, extra, ...(uids.length === 0 ? {} : { uid: uids[0]! }) } }
}
