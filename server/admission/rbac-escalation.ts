import { semanticEqual } from '../apis/core/v1/semantic-equal.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { groupMasters } from '../authn/contract.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { objectsAt, textAt } from '../machinery/json-walk.ts'
import { inTurns, Slice } from '../machinery/slice.ts'
import { badRequest, forbidden, notFound, qualified, StatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Authorizer } from '../authz/contract.ts'
import { errorText } from '../machinery/error-text.ts'
import type { RbacPolicy } from '../authz/rbac/policy.ts'
import { compactRules, describeRule, goList, missingRules, ruleOf, rulesOf, type PolicyRule } from '../authz/rbac/rules.ts'

const GROUP = 'rbac.authorization.k8s.io'
const FULL: readonly PolicyRule[] = [
  ruleOf({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }),
  ruleOf({ verbs: ['*'], nonResourceURLs: ['*'] }),
]

export interface EscalationSources {
  readonly policy: RbacPolicy
  readonly authorizer: Authorizer
  /** Resolves when `policy` shows every write that was answered before. */
  fresh(): Promise<void>
}

/**
 * Nobody grants what he does not have (registry/rbac, policybased): who writes a role or a binding must have every right in it, or the verb
 * `escalate` on the role or `bind` on the role that is bound. It is asked after all that changes objects, and before they are validated.
 */
export function escalationCheck(sources: EscalationSources): AdmissionPlugin {
  return {
    name: GROUP,
    mutate(a) {
      const { resource } = a.resource
      if (a.resource.group !== GROUP || a.subresource !== '' || a.object === undefined) return
      if (a.internal || a.user.groups.includes(groupMasters)) return
      // What the garbage collector changes grants nothing.
      if (a.oldObject !== undefined && semanticEqual(withoutOwners(a.object), withoutOwners(a.oldObject))) return
      return resource.endsWith('bindings') ? checkBinding(sources, a, a.object) : checkRole(sources, a, a.object)
    },
  }
}

function withoutOwners({ metadata, ...rest }: KubeObject): object {
  const { ownerReferences: _o, finalizers: _f, selfLink: _s, managedFields: _m, ...kept } = metadata
  return { ...rest, metadata: kept }
}

async function checkRole(s: EscalationSources, a: AdmissionAttributes, role: KubeObject): Promise<void> {
  // A create does not say the name in its path.
  const name = a.operation === 'CREATE' ? '' : a.name
  if (await isAllowed(s, a, 'escalate', a.resource.resource, name)) return
  await s.fresh()
  await confirm(s, a, role, rulesOf(role))
  if (!aggregates(role) && !aggregates(a.oldObject)) return
  const { rules } = s.policy.rulesFor(a.user, a.namespace)
  if ((await inTurns(missingRules(rules, FULL), new Slice())).length > 0)
    throw refused(a, role, 'must have cluster-admin privileges to use the aggregationRule')
}

const aggregates = (role: KubeObject | undefined): boolean => objectsAt(role, 'aggregationRule.clusterRoleSelectors').length > 0

async function checkBinding(s: EscalationSources, a: AdmissionAttributes, binding: KubeObject): Promise<void> {
  const [kind, name] = [textAt(binding, 'roleRef.kind'), textAt(binding, 'roleRef.name')]
  if (kind !== 'Role' && kind !== 'ClusterRole') throw new StatusError(500, '', `unsupported role reference kind: ${goQuote(kind)}`)
  if (await isAllowed(s, a, 'bind', kind === 'Role' ? 'roles' : 'clusterroles', name)) return
  if (kind === 'Role' && a.namespace === '') throw badRequest('Namespace parameter required.')
  await s.fresh()
  const rules = s.policy.rulesOfRole(kind, name, a.namespace)
  // The words of upstream's storage, which speaks of the resource that the request is about.
  if (rules === undefined) throw notFound(a.resource, name)
  await confirm(s, a, binding, rules)
}

async function isAllowed(s: EscalationSources, a: AdmissionAttributes, verb: string, resource: string, name: string): Promise<boolean> {
  const { decision } = await s.authorizer.authorize(a.user, {
    ...{ isResourceRequest: true, path: '', apiGroup: GROUP, apiVersion: '*', subresource: '', fieldSelector: '', labelSelector: '' },
    ...{ verb, resource, name, namespace: a.namespace },
  })
  return decision === 'allow'
}

async function confirm(s: EscalationSources, a: AdmissionAttributes, object: KubeObject, wanted: readonly PolicyRule[]): Promise<void> {
  const { rules, missing } = s.policy.rulesFor(a.user, a.namespace)
  const lacking = await inTurns(missingRules(rules, wanted), new Slice())
  if (lacking.length === 0) return
  const lines = [...new Set(compactRules(lacking).map(describeRule))].sort()
  const head = `user ${goQuote(a.user.name)} (groups=${goList(a.user.groups)}) is attempting to grant RBAC permissions not currently held:`
  const errors = missing.map((b) => `${qualified(a.resource)} ${goQuote(b.roleName)} not found`)
  const tail = errors.length === 0 ? '' : `; resolution errors: [${errorText(errors)}]`
  throw refused(a, object, `${head}\n${lines.join('\n')}${tail}`)
}

const refused = (a: AdmissionAttributes, { metadata }: KubeObject, why: string): StatusError =>
  forbidden(a.resource, metadata.name ?? '', why)
