import { resourceKey } from '../../kube/resource.ts'
import type { Action, ChangeAction, PlaceAction } from '../../tools/actions/action.ts'

const logs: PlaceAction = {
  id: 'logs',
  icon: 'log',
  key: 'l',
  bulk: false,
  offered: (resource) => resourceKey(resource) === 'pods',
  to: ({ objects: [object] }) => ({ object: object && { namespace: object.namespace, name: object.name }, tab: 'logs' }),
}

/** Asks the budgets that cover the pod, which a deletion does not. */
const evict: ChangeAction = {
  id: 'evict',
  icon: 'evict',
  danger: true,
  bulk: true,
  offered: (resource) => resourceKey(resource) === 'pods' && resource.subresources.includes('eviction'),
  plan({ metadata: { name, namespace, uid } }, _, { path }) {
    const body = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
      deleteOptions: { preconditions: { uid } },
    }
    return { change: { method: 'POST', path: `${path}/eviction`, body }, undo: () => undefined }
  },
}

export const podActions: readonly Action[] = [logs, evict] as Action[]
