import type { KubeObject } from '../../machinery/types.ts'
import table from './bootstrap-policy.json' with { type: 'json' }
import { rulesOf, type PolicyRule } from './rules.ts'

/** The default roles and bindings of kube-apiserver 1.37; tools/schema-facts/rbac-policy.ts records the table. */
interface Facts {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly aggregationRule?: object
  readonly rules?: readonly object[]
  /** Kind and name. */
  readonly role?: string
  readonly subjects?: readonly object[]
}

const GROUP = 'rbac.authorization.k8s.io'
export const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate'

const kinds = {
  clusterroles: 'ClusterRole',
  clusterrolebindings: 'ClusterRoleBinding',
  roles: 'Role',
  rolebindings: 'RoleBinding',
} as const
export type RbacResource = keyof typeof kinds

/** What every cluster has, roles before bindings. Objects are the caller's own. */
export function* defaultPolicy(): IterableIterator<{ resource: RbacResource; object: KubeObject }> {
  for (const resource of Object.keys(kinds) as RbacResource[])
    for (const facts of table[resource] as readonly Facts[]) yield { resource, object: objectOf(kinds[resource], facts) }
}

function objectOf(kind: string, { name, namespace, labels, aggregationRule, rules, role, subjects }: Facts): KubeObject {
  return structuredClone({
    apiVersion: `${GROUP}/v1`,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
      annotations: { [AUTOUPDATE]: 'true' },
    },
    ...(aggregationRule === undefined ? {} : { aggregationRule }),
    ...(role === undefined ? { rules } : { roleRef: roleRefOf(role), subjects }),
  })
}

function roleRefOf(role: string): object {
  const slash = role.indexOf('/')
  return { apiGroup: GROUP, kind: role.slice(0, slash), name: role.slice(slash + 1) }
}

/** What every node may do: the rules of the cluster role system:node. */
export const nodeRules = (): readonly PolicyRule[] =>
  rulesOf((table.clusterroles as readonly Facts[]).find((r) => r.name === 'system:node')!)
