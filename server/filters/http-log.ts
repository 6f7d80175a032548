import type { Filter, RequestContext } from '../request/context.ts'

export interface AccessLogEntry {
  method: string
  uri: string
  verb: string
  user: string
  /** Who has acted as `user`. */
  impersonatedBy?: string
  status: number
  bytes: number
  /** Milliseconds until the response was complete or the client had gone. */
  latencyMs: number
  userAgent: string
  remoteAddress: string
  protocol: string
  auditId: string
  /** What admission has noted. */
  annotations?: Readonly<Record<string, string>>
}

/** One entry a finished request, handed over after the event loop has done the requests' work. */
export function withHttpLog(write: (entry: AccessLogEntry) => void): Filter {
  let waiting: AccessLogEntry[] = []
  const flush = (): void => {
    const entries = waiting
    waiting = []
    for (const entry of entries) write(entry)
  }
  return (next) => (ctx) => {
    ctx.exchange.onClose(() => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push(entryOf(ctx))
    })
    return next(ctx)
  }
}

function entryOf(ctx: RequestContext): AccessLogEntry {
  const { exchange } = ctx
  return {
    method: exchange.method,
    uri: exchange.search === '' ? exchange.path : `${exchange.path}?${exchange.search}`,
    verb: ctx.requestInfo.verb,
    user: ctx.user.name,
    ...(ctx.impersonatedBy === undefined ? {} : { impersonatedBy: ctx.impersonatedBy.name }),
    status: exchange.status,
    bytes: exchange.bodyBytes,
    latencyMs: ctx.clock.now() - ctx.receivedAt,
    userAgent: exchange.headers['user-agent'] ?? '',
    remoteAddress: exchange.remoteAddress,
    protocol: exchange.protocol,
    auditId: ctx.auditId,
    ...(ctx.annotations.size === 0 ? {} : { annotations: ctx.annotations.all() }),
  }
}
