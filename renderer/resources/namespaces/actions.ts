import { lazy } from 'react'
import { can, resourceKey } from '../../kube/resource.ts'
import type { Action, ChangeAction } from '../../tools/actions/action.ts'
import { type PolicyWish, wishedLabels, wishOf } from './pod-security.ts'

const SecurityForm = lazy(() => import('./security-form.tsx').then((m) => ({ default: m.SecurityForm })))

/** The dry run of it says which pods would be refused from then on, as kubectl's `--dry-run=server` does. */
const podSecurity: ChangeAction<PolicyWish> = {
  id: 'podSecurity',
  icon: 'access',
  bulk: false,
  needs: [{ verb: 'patch' }],
  offered: (resource) => resourceKey(resource) === 'namespaces' && can(resource, 'patch'),
  Form: SecurityForm,
  initial: ([object]) => wishOf(object?.metadata.labels),
  plan(object, wish, { path }) {
    const labels = wishedLabels(object.metadata.labels, wish)
    return labels && { change: { method: 'PATCH', type: 'merge', path, body: { metadata: { labels } } } }
  },
}

export const namespaceActions: readonly Action[] = [podSecurity as Action]
