import type { Filter } from '../request/context.ts'

/** `--strict-transport-security-directives`: browsers are told to come by HTTPS alone (RFC 6797; apiserver `server/filters/hsts.go`). */
export function withStrictTransportSecurity(directives: readonly string[]): Filter {
  const value = directives.join('; ')
  return (next) => (ctx) => {
    ctx.exchange.setHeader('strict-transport-security', value)
    return next(ctx)
  }
}
