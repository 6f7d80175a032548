import type { ReplicaSet, Strings } from '../../client/objects.ts'
import { REPLICATION_CONTROLLERS } from '../../client/resource.ts'
import type { Controller } from '../controller.ts'
import { ReplicaSets, type ReplicaKind } from '../replicaset/replicaset.ts'

const REPLICATION_CONTROLLER: ReplicaKind = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  id: REPLICATION_CONTROLLERS,
  component: 'replication-controller',
  queue: 'replicationmanager',
  // A plain map of labels; the rest of the object has the fields of a ReplicaSet.
  selector: (rc: ReplicaSet) => ({ matchLabels: (rc.spec?.selector ?? {}) as Strings }),
  countsTerminating: false,
}

/** Keeps as many pods alive as each ReplicationController asks for: the same rules as for a ReplicaSet (upstream runs the same code). */
export const replicationControllerController: Controller = {
  name: 'replicationcontroller-controller',
  account: 'replication-controller',
  start: (ctx) => new ReplicaSets(ctx, REPLICATION_CONTROLLER).start(),
}
