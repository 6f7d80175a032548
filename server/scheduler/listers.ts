import { dropManagedFields, type InformerFactory } from '../client/informer.ts'
import {
  NAMESPACES,
  POD_DISRUPTION_BUDGETS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  SERVICES,
  STATEFUL_SETS,
  type ResourceId,
} from '../client/resource.ts'
import type { Lister } from '../client/store.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Listers } from './framework.ts'

/** Starts what fills them: they are complete when the factory's informers are. */
export function listersOf(informers: InformerFactory): Listers {
  const lister = <T extends KubeObject>(id: ResourceId): Lister<T> => informers.informer<T>(id, { transform: dropManagedFields }).lister
  return {
    namespaces: lister(NAMESPACES),
    services: lister(SERVICES),
    replicationControllers: lister(REPLICATION_CONTROLLERS),
    replicaSets: lister(REPLICA_SETS),
    statefulSets: lister(STATEFUL_SETS),
    budgets: lister(POD_DISRUPTION_BUDGETS),
  }
}
