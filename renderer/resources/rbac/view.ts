import type { Column } from '../../kube/columns.ts'
import type { PolicyRule, RoleRef, Subject } from '../../kube/rbac.ts'
import type { LabelSelector } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export interface RoleObject extends KubeObject {
  rules?: PolicyRule[] | null
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] }
}

export interface BindingObject extends KubeObject {
  roleRef?: RoleRef
  subjects?: Subject[] | null
}

const rules: Column<RoleObject> = { id: 'rules', label: 'rules', type: 'number', width: 70, cell: (role) => role.rules?.length ?? 0 }

/** As kubectl prints it with -o wide: whose subjects have a namespace with it. */
const subjectText = ({ kind, name: who, namespace: where }: Subject): string =>
  kind === 'ServiceAccount' && where ? `${where}/${who}` : who

const role: Column<BindingObject> = {
  id: 'role',
  label: 'role',
  type: 'text',
  width: 260,
  cell: ({ roleRef }) => (roleRef ? `${roleRef.kind}/${roleRef.name}` : none),
}
const subjects: Column<BindingObject> = {
  id: 'subjects',
  label: 'subjects',
  type: 'text',
  width: 280,
  cell: (binding) => (binding.subjects ?? []).map(subjectText).join(', ') || none,
}

export const roleView = viewOf<RoleObject>({ namespaced: true, columns: [rules] })
export const clusterRoleView = viewOf<RoleObject>({ columns: [rules] })
export const roleBindingView = viewOf<BindingObject>({ namespaced: true, columns: [role, subjects] })
export const clusterRoleBindingView = viewOf<BindingObject>({ columns: [role, subjects] })

const group = 'rbac.authorization.k8s.io'

export const rbacViews = {
  [`roles.${group}`]: roleView,
  [`clusterroles.${group}`]: clusterRoleView,
  [`rolebindings.${group}`]: roleBindingView,
  [`clusterrolebindings.${group}`]: clusterRoleBindingView,
}
