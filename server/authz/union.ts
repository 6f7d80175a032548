import { noOpinion, type Authorizer, type Attributes, type Decision, type UserRules } from './contract.ts'
import type { UserInfo } from '../authn/contract.ts'

/** Asks each in turn until one allows or denies; reasons of those without an opinion are kept for the answer. */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  function ask(user: UserInfo, attributes: Attributes, from: number, reasons: string[]): Decision | Promise<Decision> {
    for (let i = from; i < authorizers.length; i++) {
      const decision = authorizers[i]!.authorize(user, attributes)
      if (decision instanceof Promise) {
        return decision.then((d) => (d.decision === 'no-opinion' ? ask(user, attributes, i + 1, add(reasons, authorizers[i]!, d)) : d))
      }
      if (decision.decision !== 'no-opinion') return decision
      reasons = add(reasons, authorizers[i]!, decision)
    }
    return reasons.length === 0 ? noOpinion : { decision: 'no-opinion', reason: reasons.join('\n') }
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

const none: string[] = []
const add = (reasons: string[], { name }: Authorizer, { reason }: Decision): string[] =>
  reason === '' ? reasons : [...reasons, name === undefined ? reason : `${name}: ${reason}`]
