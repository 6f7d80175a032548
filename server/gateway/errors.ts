import type { Status } from '../machinery/status.ts'
import { StatusError } from '../machinery/status.ts'
import type { Proxy } from './environment-proxy.ts'
import { ServerIdentityError } from './server-identity.ts'

/** Where a request got stuck before an API server answered; in the Status as `details.causes[0].reason`. */
export type GatewayFault =
  | 'UnknownContext'
  | 'BrokenContext'
  | 'Credentials'
  | 'Connect'
  | 'NoAnswer'
  | 'Certificate'
  | 'LocalNotRunning'
  | 'NotKubernetes'
  | 'BadRequest'
  | 'TooLarge'

const codes: Record<
  GatewayFault,
  [code: number, reason: 'NotFound' | 'ServiceUnavailable' | 'Timeout' | 'BadRequest' | 'RequestEntityTooLarge']
> = {
  UnknownContext: [404, 'NotFound'],
  BrokenContext: [503, 'ServiceUnavailable'],
  Credentials: [503, 'ServiceUnavailable'],
  Connect: [502, 'ServiceUnavailable'],
  NoAnswer: [504, 'Timeout'],
  Certificate: [502, 'ServiceUnavailable'],
  LocalNotRunning: [503, 'ServiceUnavailable'],
  NotKubernetes: [502, 'ServiceUnavailable'],
  BadRequest: [400, 'BadRequest'],
  TooLarge: [413, 'RequestEntityTooLarge'],
}

/** The gateway's own refusals, in the form that every Kubernetes client reads. The header `x-binnacle-fault` repeats the fault. */
export class GatewayError extends StatusError {
  readonly fault: GatewayFault

  constructor(fault: GatewayFault, message: string) {
    const [code, reason] = codes[fault]
    super(code, reason, message, { causes: [{ reason: fault, message }] })
    this.name = 'GatewayError'
    this.fault = fault
  }
}

/** The one on the way to the cluster is the one that does not answer: the cluster's address was not tried. */
const unreached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'])
const tunnelRefused = /^Proxy response \((\d+)\)/

function proxyFault(cause: Error, code: string, { url, variable }: Proxy): string | undefined {
  const { protocol, host } = new URL(url)
  const name = `the proxy ${protocol}//${host}${variable === undefined ? '' : ` of ${variable}`} on the way to it`
  const [, status] = tunnelRefused.exec(cause.message) ?? []
  if (status !== undefined) return `${name} answered ${status}`
  return unreached.has(code) ? `${name}: ${sentences[code]} (${code})` : undefined
}

/** A sentence for a failed connection: Node's error codes mean little to most people. `proxy`: the one on the way. */
export function connectError(server: string, e: unknown, proxy?: Proxy): GatewayError {
  if (e instanceof GatewayError) return e
  const cause = rootCause(e)
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  const onTheWay = proxy === undefined ? undefined : proxyFault(cause, code, proxy)
  if (onTheWay !== undefined) return new GatewayError('Connect', `${server} did not answer: ${onTheWay}`)
  const why = cause instanceof ServerIdentityError ? cause.message : (sentences[code] ?? tlsReason(cause, code) ?? cause.message)
  return new GatewayError(
    // An alert is the other end's: it is our certificate that it does not take.
    /CERT|ISSUER|SIGNATURE/.test(code) && !code.includes('_ALERT_') ? 'Certificate' : 'Connect',
    `${server} did not answer: ${why}${code !== '' && sentences[code] !== undefined ? ` (${code})` : ''}`,
  )
}

const sentences: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at that address',
  ECONNRESET: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
  ETIMEDOUT: 'connecting took too long',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what listens there does not speak TLS: should the address begin with http://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'what listens there does not speak TLS: should the address begin with http://?',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the authority in the kubeconfig',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the authority in the kubeconfig',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the authority in the kubeconfig',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by the authority in the kubeconfig',
}

/** OpenSSL's message also names its functions, its source files and their lines. */
const tlsReason = (cause: Error, code: string): string | undefined =>
  code.startsWith('ERR_SSL_') && 'reason' in cause && typeof cause.reason === 'string' ? `TLS ended with ${cause.reason}` : undefined

function rootCause(e: unknown): Error {
  let at = e instanceof Error ? e : new Error(String(e))
  for (let depth = 0; depth < 5; depth++) {
    const next = at instanceof AggregateError ? at.errors[0] : at.cause
    if (!(next instanceof Error)) break
    at = next
  }
  return at
}

export function statusBody(status: Status): Buffer {
  return Buffer.from(JSON.stringify(status))
}
