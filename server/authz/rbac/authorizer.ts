import { errorText } from '../../machinery/error-text.ts'
import { noOpinion, type Attributes, type Authorizer, type Decision } from '../contract.ts'
import type { UserInfo } from '../../authn/contract.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import type { Binding } from './bindings.ts'
import type { RbacPolicy } from './policy.ts'
import { ruleAllows } from './rules.ts'

/** `--authorization-mode=RBAC` (plugin/pkg/auth/authorizer/rbac): the rules of roles, as bindings give them to users and groups. */
export function rbacAuthorizer(policy: RbacPolicy): Authorizer {
  return {
    name: 'rbac',
    authorize: (user, attributes) => decide(policy, user, attributes),
    rulesFor(user, namespace) {
      const { rules, missing } = policy.rulesFor(user, namespace)
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
        errors: missing.map(missingText),
      }
    },
  }
}

function decide(policy: RbacPolicy, user: UserInfo, attributes: Attributes): Decision {
  let allowed: Decision | undefined
  let errors: string[] | undefined
  policy.visit(user, attributes, {
    rule(rule, binding) {
      if (!ruleAllows(rule, attributes)) return true
      allowed = binding.allows(user)
      return false
    },
    missing: (binding) => void (errors ??= []).push(missingText(binding)),
  })
  if (allowed !== undefined) return allowed
  return errors === undefined ? noOpinion : { decision: 'no-opinion', reason: `RBAC: ${errorText(errors)}` }
}

const missingText = ({ roleKind, roleName }: Binding): string =>
  roleKind === 'Role' || roleKind === 'ClusterRole'
    ? `${roleKind.toLowerCase()}.rbac.authorization.k8s.io ${goQuote(roleName)} not found`
    : `unsupported role reference kind: ${goQuote(roleKind)}`
