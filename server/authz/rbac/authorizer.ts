import { errorText } from '../error-text.ts'
import { noOpinion, type Attributes, type Authorizer, type Decision } from '../contract.ts'
import type { UserInfo } from '../../authn/contract.ts'
import type { RbacPolicy } from './policy.ts'
import { ruleAllows } from './rules.ts'

/** `--authorization-mode=RBAC` (plugin/pkg/auth/authorizer/rbac): the rules of roles, as bindings give them to users and groups. */
export function rbacAuthorizer(policy: RbacPolicy): Authorizer {
  return {
    name: 'rbac',
    authorize: (user, attributes) => decide(policy, user, attributes),
    rulesFor(user, namespace) {
      const { rules, errors } = policy.rulesFor(user, namespace)
      return {
        resourceRules: rules
          .filter((r) => r.resources.length > 0)
          .map(({ verbs, apiGroups, resources, resourceNames }) => ({
            ...{ verbs, apiGroups, resources },
            ...(resourceNames.length === 0 ? {} : { resourceNames }),
          })),
        nonResourceRules: rules
          .filter((r) => r.nonResourceURLs.length > 0)
          .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
        errors,
      }
    },
  }
}

function decide(policy: RbacPolicy, user: UserInfo, attributes: Attributes): Decision {
  let allowed: Decision | undefined
  let errors: string[] | undefined
  policy.visit(user, attributes.namespace, {
    rule(rule, binding) {
      if (!ruleAllows(rule, attributes)) return true
      allowed = binding.allows(user)
      return false
    },
    missing: (error) => void (errors ??= []).push(error),
  })
  if (allowed !== undefined) return allowed
  return errors === undefined ? noOpinion : { decision: 'no-opinion', reason: `RBAC: ${errorText(errors)}` }
}
