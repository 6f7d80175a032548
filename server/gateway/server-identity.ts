import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'

/** Names of a certificate that a sentence has room for. */
const SHOWN_NAMES = 4

/** A certificate that is trusted and does not name the server; the message is the end of a sentence about it. */
export class ServerIdentityError extends Error {
  readonly code = 'ERR_TLS_CERT_ALTNAME_INVALID'
}

/**
 * For `checkServerIdentity` of node:tls: whom a certificate is for is what its subjectAltName says (RFC 9525, Go's crypto/x509 and so
 * kubectl). Node still reads the common name of one that has none.
 */
export function serverIdentityFault(host: string, certificate: PeerCertificate): ServerIdentityError | undefined {
  const names = (certificate.subjectaltname ?? '').match(/(?<=(DNS|IP Address):)[^,"]+/g) ?? []
  if (names.length === 0) {
    const has = certificate.subject?.CN === undefined ? 'names no server' : `has the common name "${certificate.subject.CN}" alone`
    return new ServerIdentityError(
      `its certificate ${has}, which no client of Kubernetes takes: it needs one with ${isIP(host) === 0 ? 'DNS' : 'IP'}:${host} as subjectAltName`,
    )
  }
  const named = isIP(host) !== 0 || names.some((name) => isIP(name) === 0)
  if (named && checkServerIdentity(host, certificate) === undefined) return undefined
  const shown = names.slice(0, SHOWN_NAMES).join(', ') + (names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '')
  return new ServerIdentityError(
    `its certificate is for ${shown}, not for ${host}; where it is the right one, tls-server-name in the kubeconfig says which name to expect`,
  )
}
