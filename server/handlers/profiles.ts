import type { Clock } from '../machinery/clock.ts'
import type { RequestContext } from '../request/context.ts'

const ROOT = '/debug/pprof'

/** `/debug/pprof/…`: profiles of this process in pprof's format (apiserver `server/routes/profiling.go`). What takes them is loaded when asked for. */
export function profiles(clock: Clock): (ctx: RequestContext) => Promise<boolean> {
  return async ({ requestInfo: { path, query }, exchange }) => {
    if (path === ROOT) {
      exchange.respond(
        302,
        { location: `${ROOT}/`, 'content-type': 'text/html; charset=utf-8' },
        Buffer.from(`<a href="${ROOT}/">Found</a>.\n\n`),
      )
      return true
    }
    if (!path.startsWith(`${ROOT}/`)) return false
    const gone = new AbortController()
    exchange.onClose(() => gone.abort())
    const { profileAnswer } = await import('../profiling/profiles.ts')
    const { status, headers, body } = await profileAnswer(clock, path.slice(ROOT.length + 1), { query, signal: gone.signal })
    exchange.respond(status, { ...headers }, body)
    return true
  }
}
