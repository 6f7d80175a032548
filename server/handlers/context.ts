import { fromHeader } from '../machinery/identity-headers.ts'
import type { RequestContext } from '../request/context.ts'
import { apiVersionOf } from '../machinery/types.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'

interface Asked {
  readonly dryRun?: boolean
  /** As the query names it; '' takes the client's name from its user agent. */
  readonly fieldManager?: string
  readonly options?: Readonly<Record<string, unknown>>
}

/** What strategies and admission see of a request. */
export function strategyContext(ctx: RequestContext, asked: Asked = {}): StrategyContext {
  const { dryRun = false, fieldManager = '', options = {} } = asked
  const { apiGroup, apiVersion, verb } = ctx.requestInfo
  return {
    user: ctx.user,
    clock: ctx.clock,
    admission: ctx.admission,
    dryRun,
    requestGroup: apiGroup,
    requestVersion: apiVersion,
    requestVerb: verb,
    options,
    fieldManager: {
      manager: fieldManager === '' ? managerOf(fromHeader(ctx.exchange.headers['user-agent'] ?? '')) : fieldManager,
      apiVersion: apiVersionOf(apiGroup, apiVersion),
    },
    signal: () => ctx.signal,
    leftMs: () => (ctx.deadline === undefined ? undefined : ctx.deadline - ctx.clock.now()),
    warn: (text) => ctx.warnings.push(text),
    waited: (ms) => void (ctx.webhookMs += ms),
    annotate: (key, value) => ctx.annotations.add(key, value),
  }
}

const MAX_MANAGER = 128
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/** What stands before the first slash of a user agent, as far as it can be printed (apiserver `endpoints/handlers/create.go`). */
export function managerOf(userAgent: string): string {
  const slash = userAgent.indexOf('/')
  const text = (slash < 0 ? userAgent : userAgent.slice(0, slash)).replace(UNPRINTABLE, '')
  let bytes = 0
  let out = ''
  for (const c of text) {
    bytes += Buffer.byteLength(c)
    if (bytes > MAX_MANAGER) break
    out += c
  }
  return out
}
