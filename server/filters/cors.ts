import type { Filter } from '../request/context.ts'

const fixed: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'POST, GET, OPTIONS, PUT, DELETE, PATCH',
  'access-control-allow-headers':
    'Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-Requested-With, If-Modified-Since',
  'access-control-expose-headers': 'Date',
  'access-control-allow-credentials': 'true',
}

/** `--cors-allowed-origins`: patterns that an Origin must match somewhere, as in the reference. Preflight requests end here. */
export function withCors(origins: readonly RegExp[]): Filter {
  return (next) => (ctx) => {
    const { exchange } = ctx
    const origin = exchange.headers['origin']
    if (origin === undefined || origin === '' || !origins.some((o) => o.test(origin))) return next(ctx)
    exchange.setHeader('access-control-allow-origin', origin)
    for (const [name, value] of Object.entries(fixed)) exchange.setHeader(name, value)
    if (exchange.method === 'OPTIONS') return exchange.respond(204, {})
    return next(ctx)
  }
}
