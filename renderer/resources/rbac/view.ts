import { slimMeta } from '../../kube/codec.ts'
import { type Column, createdAt, type KindView } from '../../kube/columns.ts'
import type { PolicyRule, RoleRef, Subject } from '../../kube/rbac.ts'
import type { LabelSelector } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/types.ts'
import { none } from '../printed.ts'

export interface RoleObject extends KubeObject {
  rules?: PolicyRule[] | null
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] }
}

export interface BindingObject extends KubeObject {
  roleRef?: RoleRef
  subjects?: Subject[] | null
}

type Columns<T> = readonly Column<T>[]

const name: Column = { id: 'name', label: 'name', type: 'text', width: 300, grow: true, cell: (o) => o.metadata.name }
const namespace: Column = { id: 'namespace', label: 'namespace', type: 'text', width: 130, cell: (o) => o.metadata.namespace ?? '' }
const age: Column = { id: 'age', label: 'age', type: 'age', width: 72, cell: createdAt, order: (o) => -(createdAt(o) ?? 0) }

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

function viewOf<T extends KubeObject>(columns: Columns<T>): KindView<T> {
  return {
    columns,
    status: (o) => (o.metadata.deletionTimestamp ? { text: 'Terminating', tone: 'busy' } : undefined),
    trim: (o) => ({ ...o, metadata: slimMeta(o.metadata) }),
  }
}

export const roleView = viewOf<RoleObject>([name, namespace, rules, age])
export const clusterRoleView = viewOf<RoleObject>([name, rules, age])
export const roleBindingView = viewOf<BindingObject>([name, namespace, role, subjects, age])
export const clusterRoleBindingView = viewOf<BindingObject>([name, role, subjects, age])

const group = 'rbac.authorization.k8s.io'

export const rbacViews = {
  [`roles.${group}`]: roleView,
  [`clusterroles.${group}`]: clusterRoleView,
  [`rolebindings.${group}`]: roleBindingView,
  [`clusterrolebindings.${group}`]: clusterRoleBindingView,
}
