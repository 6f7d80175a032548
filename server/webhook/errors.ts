import type { PeerCertificate } from 'node:tls'
import { isIP } from 'node:net'
import { goDialError } from '../machinery/go-dial-error.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { isNamedByCommonName } from '../machinery/server-identity.ts'

/** Why a call did not come to an answer, as Go's client says it, as far as Node tells. */
export function webhookErrorText(e: unknown, { host, port, servername }: { host: string; port: number; servername: string }): string {
  const { code = '', message, cert } = e as NodeJS.ErrnoException & { cert?: PeerCertificate }
  const dial = goDialError(e as Error, host, port)
  if (dial !== undefined) return dial
  if (code.startsWith('HPE_')) return `net/http: HTTP/1.x transport connection broken: ${malformedText(e as ParseError)}`
  switch (code) {
    case 'ECONNRESET':
      return 'EOF'
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'http: server gave HTTP response to HTTPS client'
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
      return message
  }
}

interface ParseError extends NodeJS.ErrnoException {
  /** What could not be parsed. */
  readonly rawPacket?: Buffer
}

/** net/http on what is no HTTP/1.1 answer. */
function malformedText({ code, message, rawPacket }: ParseError): string {
  const [line = '', ...headers] = (rawPacket?.toString('latin1') ?? '').split(/\r?\n/)
  const lengths = headers.flatMap((header) => /^content-length:\s*(.*?)\s*$/i.exec(header)?.[1] ?? [])
  switch (code) {
    case 'HPE_INVALID_STATUS':
      return `malformed HTTP status code ${goQuote(line.split(' ')[1] ?? '')}`
    case 'HPE_INVALID_CONTENT_LENGTH':
      return `bad Content-Length ${goQuote(lengths[0] ?? '')}`
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return `http: message cannot contain multiple Content-Length headers; got [${lengths.map(goQuote).join(' ')}]`
    case 'HPE_INVALID_CONSTANT':
    case 'HPE_INVALID_VERSION':
      return `malformed HTTP response ${goQuote(line)}`
    default:
      return message
  }
}

/** Why the body of an answer came to no end. */
export function bodyErrorText(e: Error): string {
  switch ((e as NodeJS.ErrnoException).code) {
    case 'ECONNRESET':
    case 'ERR_STREAM_PREMATURE_CLOSE':
    case 'Z_BUF_ERROR':
      return 'unexpected EOF'
    case 'HPE_INVALID_CHUNK_SIZE':
      return 'invalid byte in chunk length'
    case 'Z_DATA_ERROR':
      return 'gzip: invalid header'
    default:
      return e.message
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
