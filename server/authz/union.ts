import { noOpinion, noRules, type Authorizer, type Attributes, type Decision } from './contract.ts'
import type { UserInfo } from '../authn/contract.ts'

/** Asks each in turn until one allows or denies; reasons of those without an opinion are kept for the answer. */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  function ask(user: UserInfo, attributes: Attributes, from: number, reasons: string[]): Decision | Promise<Decision> {
    for (let i = from; i < authorizers.length; i++) {
      const decision = authorizers[i]!.authorize(user, attributes)
      if (decision instanceof Promise) {
        return decision.then((d) => (d.decision === 'no-opinion' ? ask(user, attributes, i + 1, add(reasons, d)) : d))
      }
      if (decision.decision !== 'no-opinion') return decision
      reasons = add(reasons, decision)
    }
    return reasons.length === 0 ? noOpinion : { decision: 'no-opinion', reason: reasons.join('\n') }
  }
  return {
    authorize: (user, attributes) => ask(user, attributes, 0, none),
    // Rules of an authorizer that cannot list them are left out.
    async rulesFor(user, namespace) {
      const all = await Promise.all(authorizers.map(async (a) => (await a.rulesFor?.(user, namespace)) ?? noRules))
      return { resourceRules: all.flatMap((r) => r.resourceRules), nonResourceRules: all.flatMap((r) => r.nonResourceRules) }
    },
  }
}

const none: string[] = []
const add = (reasons: string[], d: Decision): string[] => (d.reason === '' ? reasons : [...reasons, d.reason])
