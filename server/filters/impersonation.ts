import type { Authorizer } from '../authz/contract.ts'
import { Impersonation, type ImpersonationObserver, type WantedUser } from '../authz/impersonation.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { badRequest } from '../machinery/status.ts'
import type { RequestHeaders } from '../serving/exchange.ts'
import { fromHeader, separateIdentity, unescapedKey } from '../machinery/identity-headers.ts'
import type { Filter, RequestContext } from '../request/context.ts'

const PREFIX = 'impersonate-'
const EXTRA = 'impersonate-extra-'

export interface FilterObserver extends ImpersonationObserver {
  /** @param started by performance.now() */
  impersonationDone(started: number): void
}

/**
 * A request with `Impersonate-User`, `-Group`, `-Uid` and `-Extra-*` is answered as that user, if whoever sends it may act as him. From here
 * on nobody knows of the difference but the log.
 * @param unconstrained only the right to act as somebody in everything counts (the gate ConstrainedImpersonation is closed)
 */
export function withImpersonation(authorizer: Authorizer, observer?: FilterObserver, unconstrained = false): Filter {
  const impersonation = new Impersonation(authorizer, observer, unconstrained)
  return (next) => (ctx) => {
    const started = performance.now()
    let wanted: WantedUser | undefined
    try {
      wanted = wantedUser(ctx.exchange.headers)
    } catch (e) {
      return refused(ctx, e)
    }
    if (wanted === undefined) {
      observer?.impersonationDone(started)
      return next(ctx)
    }
    return impersonation.userFor(wanted, ctx.user, ctx.requestInfo).then(
      (user) => {
        ctx.impersonatedBy = ctx.user
        ctx.user = user
        observer?.impersonationDone(started)
        return next(ctx)
      },
      (e: unknown) => refused(ctx, e),
    )
  }
}

/** The refusal holds what the client sent. */
function refused(ctx: RequestContext, e: unknown): never {
  ctx.exchange.setHeader('x-content-type-options', 'nosniff')
  throw e
}

/** Whom the headers name; undefined when they name nobody. 400 when they name groups or more without a user. */
export function wantedUser(headers: RequestHeaders): WantedUser | undefined {
  let name = ''
  let uid = ''
  let groups: string[] = []
  const extra = Object.create(null) as Record<string, string[]>
  let asked = false
  for (const header in headers) {
    if (!header.startsWith(PREFIX)) continue
    const values = separateIdentity(fromHeader(headers[header] ?? ''))
    if (header === 'impersonate-user') name = values[0]!
    else if (header === 'impersonate-uid') uid = values[0]!
    else if (header === 'impersonate-group') groups = values
    else if (header.startsWith(EXTRA)) {
      const key = unescapedKey(header.slice(EXTRA.length))
      extra[key] = [...(extra[key] ?? []), ...values]
    } else continue
    asked ||= header !== 'impersonate-user' && (header !== 'impersonate-uid' || uid !== '')
  }
  if (name !== '') return { name, uid, groups, extra }
  if (asked) throw badRequest(`requested ${described(uid, groups, extra)} without impersonating a user name`)
  return undefined
}

const goStrings = (list: readonly string[]): string => `[]string{${list.map(goQuote).join(', ')}}`

/** As Go prints it with `%#v`. */
function described(uid: string, groups: readonly string[], extra: WantedUser['extra']): string {
  const keys = Object.keys(extra).sort()
  const pairs = keys.map((key) => `${goQuote(key)}:${goStrings(extra[key]!)}`)
  const shown = [
    `Name:""`,
    `UID:${goQuote(uid)}`,
    `Groups:${groups.length === 0 ? '[]string(nil)' : goStrings(groups)}`,
    `Extra:${keys.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${pairs.join(', ')}}`}`,
  ]
  return `&user.DefaultInfo{${shown.join(', ')}}`
}
