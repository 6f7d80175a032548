import { groupMasters, type UserInfo } from '../authn/contract.ts'
import type { Filter, RequestContext } from '../request/context.ts'
import { writeText } from './errors.ts'
import { probePaths } from './probe-paths.ts'

export interface InFlight {
  readOnly: number
  mutating: number
}

const readOnlyVerbs = new Set(['get', 'list', 'watch'])

/**
 * Refuses with 429 what exceeds the limits; 0 is no limit. Long-running requests and probes are not counted, members of system:masters and
 * those who are `unlimited` are never refused. `running` is the caller's to read.
 */
export function withMaxInFlight(
  maxReadOnly: number,
  maxMutating: number,
  running: InFlight,
  unlimited: (user: UserInfo) => boolean = () => false,
  refused: (ctx: RequestContext, code: number) => void = () => undefined,
): Filter {
  const limits: InFlight = { readOnly: maxReadOnly, mutating: maxMutating }
  return (next) => (ctx) => {
    if (ctx.longRunning || probePaths.has(ctx.requestInfo.path)) return next(ctx)
    const kind = readOnlyVerbs.has(ctx.requestInfo.verb) ? 'readOnly' : 'mutating'
    if (limits[kind] > 0 && running[kind] >= limits[kind] && !ctx.user.groups.includes(groupMasters) && !unlimited(ctx.user)) {
      refused(ctx, 429)
      return writeText(ctx.exchange, 429, 'Too many requests, please try again later.', { 'retry-after': '1' })
    }
    running[kind]++
    let result: void | Promise<void>
    try {
      result = next(ctx)
    } catch (e) {
      running[kind]--
      throw e
    }
    if (result === undefined) running[kind]--
    else
      return result.finally(() => {
        running[kind]--
      })
  }
}
