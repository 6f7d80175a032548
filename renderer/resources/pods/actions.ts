import { resourceKey } from '../../kube/resource.ts'
import type { Action, ChangeAction, PlaceAction } from '../../tools/actions/action.ts'

/** Kinds with a tab of logs. */
const logging = new Set([
  'pods',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'replicasets.apps',
  'replicationcontrollers',
  'jobs.batch',
  'cronjobs.batch',
  'services',
])

const logs: PlaceAction = {
  id: 'logs',
  icon: 'log',
  key: 'l',
  bulk: false,
  needs: [{ verb: 'get', resource: 'pods/log' }],
  offered: (resource) => logging.has(resourceKey(resource)),
  to: ({ objects: [object] }) => ({ object: object && { namespace: object.namespace, name: object.name }, tab: 'logs' }),
}

/** Asks the budgets that cover the pod, which a deletion does not. */
const evict: ChangeAction = {
  id: 'evict',
  icon: 'evict',
  danger: true,
  bulk: true,
  needs: [{ verb: 'create', subresource: 'eviction' }],
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
