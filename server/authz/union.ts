import { noOpinion, type Authorizer, type Attributes, type Decision, type UserRules } from './contract.ts'
import { errorText } from '../machinery/error-text.ts'
import type { UserInfo } from '../authn/contract.ts'

/** Asks each in turn until one allows or denies; reasons and errors of those without an opinion are kept for the answer. */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  function ask(user: UserInfo, attributes: Attributes, from: number, before: Kept): Decision | Promise<Decision> {
    for (let i = from; i < authorizers.length; i++) {
      const decision = authorizers[i]!.authorize(user, attributes)
      if (decision instanceof Promise) {
        return decision.then((d) => (d.decision === 'no-opinion' ? ask(user, attributes, i + 1, add(before, authorizers[i]!, d)) : d))
      }
      if (decision.decision !== 'no-opinion') return decision
      before = add(before, authorizers[i]!, decision)
    }
    const { reasons, errors } = before
    if (reasons.length === 0 && errors.length === 0) return noOpinion
    return { decision: 'no-opinion', reason: reasons.join('\n'), ...(errors.length === 0 ? {} : { error: errorText(errors) }) }
  }
  return {
    authorize: (user, attributes) => ask(user, attributes, 0, none),
    // An authorizer that cannot list rules is left out.
    async rulesFor(user, namespace) {
      const all: UserRules[] = []
      for (const a of authorizers) if (a.rulesFor !== undefined) all.push(await a.rulesFor(user, namespace))
      return {
        resourceRules: all.flatMap((r) => r.resourceRules),
        nonResourceRules: all.flatMap((r) => r.nonResourceRules),
        incomplete: all.some((r) => r.incomplete === true),
        errors: all.flatMap((r) => r.errors ?? []),
      }
    },
  }
}

interface Kept {
  readonly reasons: readonly string[]
  readonly errors: readonly string[]
}

const none: Kept = { reasons: [], errors: [] }

function add(before: Kept, { name }: Authorizer, { reason, error }: Decision): Kept {
  if (reason === '' && error === undefined) return before
  return {
    reasons: reason === '' ? before.reasons : [...before.reasons, name === undefined ? reason : `${name}: ${reason}`],
    errors: error === undefined ? before.errors : [...before.errors, error],
  }
}
