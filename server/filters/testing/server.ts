import { admitEverything } from '../../admission/contract.ts'
import { anonymousAuthenticator } from '../../authn/anonymous.ts'
import { bearerAuthenticator, forServer } from '../../authn/bearer.ts'
import { parseTokens } from '../../authn/token-file.ts'
import { unionAuthenticator } from '../../authn/union.ts'
import { defaultAuthorizer } from '../../authz/testing/policy.ts'
import { localTransport } from '../../client/local-transport.ts'
import type { TransportResponse } from '../../client/transport.ts'
import { FakeClock } from '../../machinery/clock.ts'
import type { ExchangeHandler } from '../../serving/exchange.ts'
import { buildHandlerChain, type ChainOptions } from '../chain.ts'
import type { Handler, RequestContext } from '../../request/context.ts'
import { writeJsonStatus } from '../errors.ts'
import { RequestMetrics } from '../metrics.ts'
import { scheme } from '../../scheme/index.ts'
import { RequestWaitGroup } from '../wait-group.ts'

export const tokens = parseTokens('admin,root,1,system:masters\nbob,bob,2,dev', 'tokens')

/** A handler chain with clocks and calls at hand. */
export class Server {
  readonly clock = new FakeClock()
  readonly metrics = new RequestMetrics()
  readonly waitGroup = new RequestWaitGroup()
  readonly errors: unknown[] = []
  readonly chain: ExchangeHandler

  constructor(handler: Handler, options: Partial<ChainOptions> = {}) {
    this.chain = buildHandlerChain(handler, {
      clock: this.clock,
      authenticator: unionAuthenticator([bearerAuthenticator([forServer(tokens, [])], [])], anonymousAuthenticator()),
      authorizer: defaultAuthorizer(),
      admission: admitEverything,
      types: scheme,
      writeStatus: writeJsonStatus,
      errorLog: { error: (e, request) => this.errors.push([e, request]) },
      metrics: this.metrics,
      waitGroup: this.waitGroup,
      requestTimeoutMs: 60_000,
      maxRequestsInFlight: 400,
      maxMutatingRequestsInFlight: 200,
      ...options,
    })
  }

  request(request: string, token = 'admin', headers: Record<string, string> = {}, signal?: AbortSignal): Promise<TransportResponse> {
    const [method = '', path = ''] = request.split(' ')
    const authorization: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
    return localTransport(this.chain, { name: 'unused', groups: [] }).request({
      method,
      path,
      headers: { ...authorization, ...headers },
      signal,
    })
  }

  async metric(name: string): Promise<string[]> {
    const source = this.metrics.sources().find((s) => s.name === name)!
    return (await source.get()).values.map((v) => `${v.metricName ?? name} ${Object.values(v.labels).join(',')} ${v.value}`)
  }
}

export const ok: Handler = ({ exchange }) => exchange.respond(200, {}, Buffer.from('ok'))
export const json = (r: TransportResponse): Record<string, unknown> => JSON.parse(r.body.toString()) as Record<string, unknown>
/** Handlers that wait until told. */
export function gate(): { handler: Handler; open: () => void; waiting: RequestContext[] } {
  const waiting: RequestContext[] = []
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  const handler: Handler = async (ctx) => {
    waiting.push(ctx)
    await opened
    ctx.exchange.respond(200, {}, Buffer.from('ok'))
  }
  return { handler, open, waiting }
}
