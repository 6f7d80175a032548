import { isIP } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import { isNamedByCommonName } from './server-identity.ts'

/** Why a server's certificate was not taken, as Go's crypto/tls says it; undefined for what has another reason. */
export function goCertificateError(e: Error, servername: string): string | undefined {
  const { code, cert } = e as NodeJS.ErrnoException & { cert?: PeerCertificate }
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${TLS}${namesText(servername, cert)}`
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `${TLS}certificate has expired or is not yet valid`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `${TLS}certificate signed by unknown authority`
    default:
      return undefined
  }
}

const TLS = 'tls: failed to verify certificate: x509: '

/** crypto/x509 HostnameError. */
function namesText(wanted: string, cert: PeerCertificate | undefined): string {
  const names = (cert?.subjectaltname ?? '').split(', ').filter((n) => n !== '')
  const isAddress = isIP(wanted) !== 0
  const prefix = isAddress ? 'IP Address:' : 'DNS:'
  const own = names.filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length))
  if (names.length === 0 && cert !== undefined && isNamedByCommonName(wanted, cert))
    return 'certificate relies on legacy Common Name field, use SANs instead'
  if (own.length === 0) {
    return isAddress
      ? `cannot validate certificate for ${wanted} because it doesn't contain any IP SANs`
      : `certificate is not valid for any names, but wanted to match ${wanted}`
  }
  return `certificate is valid for ${own.join(', ')}, not ${wanted}`
}
