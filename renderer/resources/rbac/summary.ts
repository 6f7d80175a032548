import { byName } from '../../kube/order.ts'
import type { Binding, PolicyRule, Role, RoleRef, Subject } from '../../kube/rbac.ts'
import type { Row } from '../../kube/store.ts'
import type { KubeObject } from '../../kube/types.ts'

/** Of roles of either kind what decides: the window needs no more of ten thousand of them. */
export function summarizeRoles(rows: Iterable<Row>): Role[] {
  return Array.from(rows, ({ object, name }) => {
    const { metadata, rules } = object as KubeObject & { rules?: PolicyRule[] | null }
    return { kind: metadata.namespace ? 'Role' : 'ClusterRole', namespace: metadata.namespace ?? '', name, rules: rules ?? [] } as Role
  }).sort(inOrder)
}

export function summarizeBindings(rows: Iterable<Row>): Binding[] {
  return Array.from(rows, ({ object, name }) => {
    const { metadata, roleRef, subjects } = object as KubeObject & { roleRef: RoleRef; subjects?: Subject[] | null }
    return {
      name,
      namespace: metadata.namespace ?? '',
      roleRef: { kind: roleRef.kind, name: roleRef.name },
      subjects: (subjects ?? []).map(({ kind, name: who, namespace }) => ({ kind, name: who, ...(namespace ? { namespace } : {}) })),
    }
  }).sort(inOrder)
}

const inOrder = (a: { namespace: string; name: string }, b: { namespace: string; name: string }): number =>
  byName(a.namespace, b.namespace) || byName(a.name, b.name)
