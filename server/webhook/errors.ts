import { goCertificateError } from '../machinery/go-certificate-error.ts'
import { goDialError } from '../machinery/go-dial-error.ts'
import { goQuote } from '../machinery/go-quote.ts'

/** Why a call did not come to an answer, as Go's client says it, as far as Node tells. */
export function webhookErrorText(e: unknown, { host, port, servername }: { host: string; port: number; servername: string }): string {
  const { code = '', message } = e as NodeJS.ErrnoException
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
    default:
      return goCertificateError(e as Error, servername) ?? message
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
