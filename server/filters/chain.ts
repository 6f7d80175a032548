import { goQuote } from '../machinery/go-quote.ts'
import type { Authenticator, UserInfo } from '../authn/contract.ts'
import type { Authorizer } from '../authz/contract.ts'
import type { Exchange, ExchangeHandler } from '../serving/exchange.ts'
import type { AccessMetrics } from './access-metrics.ts'
import { auditIdOf } from './audit-id.ts'
import { withAuthentication } from './authentication.ts'
import { withAuthorization } from './authorization.ts'
import { withCacheControl } from './cache-control.ts'
import { ServedRequest, type Filter, type Handler, type RequestContext, type RequestDependencies } from '../request/context.ts'
import { withCors } from './cors.ts'
import { withErrors, writeText, type ErrorLog, type StatusWriter } from './errors.ts'
import { withGoaway } from './goaway.ts'
import { withHttpLog, type AccessLogEntry } from './http-log.ts'
import { withImpersonation } from './impersonation.ts'
import { withMaxInFlight } from './max-in-flight.ts'
import type { RequestMetrics } from './metrics.ts'
import { BadPathError, NoResourceError, parseRequestInfo, type RequestInfo } from '../request/request-info.ts'
import { withStrictTransportSecurity } from './strict-transport-security.ts'
import { withTimeout } from './timeout.ts'
import { withWaitGroup, type RequestWaitGroup } from './wait-group.ts'

export interface ChainOptions extends RequestDependencies {
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly writeStatus: StatusWriter
  readonly errorLog: ErrorLog
  readonly metrics: RequestMetrics
  readonly access?: AccessMetrics
  /** Hears why credentials are refused, of which the client is told nothing. */
  readonly unauthenticated?: (why: string) => void
  readonly waitGroup: RequestWaitGroup
  readonly requestTimeoutMs: number
  /** 0 is no limit. */
  readonly maxRequestsInFlight: number
  readonly maxMutatingRequestsInFlight: number
  /** Whom these limits do not bind, besides system:masters. */
  readonly unlimited?: (user: UserInfo) => boolean
  /** Absent: requests are not logged, and cost nothing. */
  readonly accessLog?: (entry: AccessLogEntry) => void
  readonly corsAllowedOrigins?: readonly RegExp[]
  /** How likely a request over HTTP/2 ends its connection; default never. */
  readonly goawayChance?: number
  /** Rights to act as somebody are not looked at that are tied to what is done; default false. */
  readonly unconstrainedImpersonation?: boolean
  /** Default none: the header is not sent. */
  readonly strictTransportSecurity?: readonly string[]
}

/** The filters in their order, outermost first. Each stays synchronous as long as what it wraps does. */
export function buildHandlerChain(handler: Handler, o: ChainOptions): ExchangeHandler {
  const refused = (ctx: RequestContext, code: number): void => o.metrics.terminated(ctx, code)
  const filters: (Filter | undefined)[] = [
    o.metrics.filter,
    withErrors(o.writeStatus, o.errorLog),
    o.accessLog && withHttpLog(o.accessLog),
    withCacheControl,
    o.strictTransportSecurity?.length ? withStrictTransportSecurity(o.strictTransportSecurity) : undefined,
    o.goawayChance ? withGoaway(o.goawayChance) : undefined,
    withWaitGroup(o.waitGroup, o.writeStatus),
    withTimeout(o.requestTimeoutMs, refused, (ctx) => o.metrics.aborted(ctx)),
    o.corsAllowedOrigins && withCors(o.corsAllowedOrigins),
    withAuthentication(o.authenticator, o.access, o.unauthenticated),
    withImpersonation(o.authorizer, o.access, o.unconstrainedImpersonation),
    withMaxInFlight(o.maxRequestsInFlight, o.maxMutatingRequestsInFlight, o.metrics.inFlight, o.unlimited, refused),
    withAuthorization(o.authorizer, o.writeStatus, o.access),
  ]
  const chain = filters.reduceRight<Handler>((next, filter) => (filter === undefined ? next : filter(next)), handler)
  return withRequestInfo(chain, o)
}

/** Where an exchange becomes a request: its audit id and what it is about. */
function withRequestInfo(next: Handler, by: RequestDependencies): ExchangeHandler {
  return (exchange) => {
    const auditId = auditIdOf(exchange)
    let info: RequestInfo
    try {
      info = parseRequestInfo(exchange.method, exchange.path, exchange.search)
    } catch (e) {
      return refuse(exchange, e)
    }
    return next(new ServedRequest(exchange, info, auditId, by))
  }
}

function refuse(exchange: Exchange, e: unknown): void {
  if (e instanceof BadPathError) {
    exchange.respond(400, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }, Buffer.from('400 Bad Request'))
  } else if (e instanceof NoResourceError) {
    const uri = exchange.search === '' ? exchange.path : `${exchange.path}?${exchange.search}`
    writeText(exchange, 500, `Internal Server Error: ${goQuote(uri)}: failed to create RequestInfo: ${e.message}, ${uri}`)
  } else throw e
}
