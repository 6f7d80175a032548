import { goQuote } from '../machinery/go-quote.ts'
import type { RequestContext } from '../request/context.ts'

/** One named check: resolves when fine, rejects with the reason. */
export interface HealthCheck {
  name: string
  check(): void | Promise<void>
  /** Endpoints that ask it; all by default. `etcd-readiness` and `shutdown` belong to readiness only. */
  only?: readonly ('livez' | 'readyz' | 'healthz')[]
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }

const ENDPOINTS = ['healthz', 'livez', 'readyz'] as const

const asks = (c: HealthCheck, endpoint: (typeof ENDPOINTS)[number]): boolean => c.only === undefined || c.only.includes(endpoint)

/** Every path that `health` serves. */
export const healthPaths = (checks: readonly HealthCheck[]): string[] =>
  ENDPOINTS.flatMap((endpoint) => [`/${endpoint}`, ...checks.filter((c) => asks(c, endpoint)).map((c) => `/${endpoint}/${c.name}`)])

type Served = (ctx: RequestContext) => Promise<boolean>
type Observe = (check: string, endpoint: string, ok: boolean) => void

/**
 * Serves `/healthz`, `/livez`, `/readyz`, their single checks, `?verbose` and `?exclude=` (apiserver `server/healthz`).
 * @param observe is told the result of every check that was asked for
 */
export function health(checks: () => readonly HealthCheck[], observe: Observe): Served {
  const run = async (c: HealthCheck, root: string): Promise<string | undefined> => {
    const error = await failureOf(c)
    observe(c.name, root, error === undefined)
    return error
  }
  return async (ctx) => {
    const [, root = '', name, ...rest] = ctx.requestInfo.path.split('/')
    if (root !== 'healthz' && root !== 'livez' && root !== 'readyz') return false
    const mine = checks().filter((c) => asks(c, root))
    if (name !== undefined) {
      // Names may hold a slash: `poststarthook/start-…`.
      const one = mine.find((c) => c.name === [name, ...rest].join('/'))
      if (one === undefined) return false
      const error = await run(one, root)
      if (error === undefined) ctx.exchange.respond(200, { 'content-type': TEXT['content-type'] }, Buffer.from('ok'))
      else ctx.exchange.respond(500, TEXT, Buffer.from(`internal server error: ${error}\n`))
      return true
    }
    await all(ctx, root, mine, (c) => run(c, root))
    return true
  }
}

async function failureOf(c: HealthCheck): Promise<string | undefined> {
  try {
    await c.check()
    return undefined
  } catch (e) {
    return e instanceof Error ? e.message : String(e)
  }
}

type Run = (c: HealthCheck) => Promise<string | undefined>

async function all(ctx: RequestContext, root: string, checks: readonly HealthCheck[], run: Run): Promise<void> {
  const q = ctx.requestInfo.query
  const excluded = new Set(q.getAll('exclude'))
  const lines: string[] = []
  let failed = false
  for (const c of checks) {
    if (excluded.delete(c.name)) {
      lines.push(`[+]${c.name} excluded: ok`)
      continue
    }
    const error = await run(c)
    if (error === undefined) lines.push(`[+]${c.name} ok`)
    else {
      failed = true
      lines.push(`[-]${c.name} failed: reason withheld`)
    }
  }
  if (excluded.size > 0)
    lines.push(
      `warn: some health checks cannot be excluded: no matches for ${[...excluded]
        .sort()
        .map((e) => goQuote(e))
        .join(',')}`,
    )
  if (failed) ctx.exchange.respond(500, TEXT, Buffer.from(`${lines.join('\n')}\n${root} check failed\n`))
  else if (!q.has('verbose')) ctx.exchange.respond(200, TEXT, Buffer.from('ok'))
  else ctx.exchange.respond(200, TEXT, Buffer.from(`${lines.join('\n')}\n${root} check passed\n`))
}
