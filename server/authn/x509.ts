import { createHash } from 'node:crypto'
import { kubeletClientName } from '../serving/certificates.ts'
import { subjectOf } from '../machinery/x509/name.ts'
import type { ConnectionState } from '../serving/exchange.ts'
import type { AuthenticationResult, Authenticator } from './contract.ts'

const memo = Symbol('login of a client certificate')

/**
 * A client certificate: the common name is the user, organizations are groups. Read once a connection. The server's own is no login.
 * @param isClients whether the connection's certificate is of a CA of clients, where there are other CAs too
 */
export function clientCertificates(isClients: (connection: ConnectionState) => boolean = () => true): Authenticator {
  return {
    authenticate({ connection }) {
      if (connection.peerCertificate === undefined && connection.peerCertificateError === undefined) return undefined
      let result = connection.memo.get(memo) as { login: AuthenticationResult | undefined } | undefined
      if (result === undefined) {
        const foreign = connection.peerCertificate !== undefined && !isClients(connection)
        result = { login: foreign ? { invalid: 'x509: certificate signed by unknown authority' } : login(connection) }
        connection.memo.set(memo, result)
      }
      return result.login
    },
  }
}

export const x509Authenticator = clientCertificates()

function login({ peerCertificate, peerCertificateError }: ConnectionState): AuthenticationResult | undefined {
  if (peerCertificate === undefined) return { invalid: `x509: ${peerCertificateError ?? 'invalid certificate'}` }
  let subject: ReturnType<typeof subjectOf>
  try {
    subject = subjectOf(peerCertificate)
  } catch {
    return { invalid: 'x509: malformed certificate' }
  }
  const { commonName, organizations, uids } = subject
  if (commonName === '') return undefined
  if (uids.length > 1 || uids[0] === '') return { invalid: 'x509: the certificate has no one uid' }
  // What the server shows to kubelets must not open the server: a proxied request that leads back here would act with its rights.
  if (commonName === kubeletClientName) return { invalid: 'x509: the certificate is for kubelets only' }
  const id = createHash('sha256').update(peerCertificate).digest('hex')
  const extra = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${id}`] }
  return { user: { name: commonName, groups: organizations, extra, ...(uids.length === 0 ? {} : { uid: uids[0]! }) } }
}
