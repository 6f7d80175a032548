import { fillUnset, fillZero, objectAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Defaults of priority levels (flowcontrol/v1 defaults). */
export function defaultPriorityLevelConfiguration(obj: KubeObject): void {
  fillUnset(objectAt(obj, 'spec.limited'), { nominalConcurrencyShares: 30, lendablePercent: 0 })
  fillUnset(objectAt(obj, 'spec.exempt'), { nominalConcurrencyShares: 0, lendablePercent: 0 })
  fillZero(objectAt(obj, 'spec.limited.limitResponse.queuing'), { handSize: 8, queues: 64, queueLengthLimit: 50 })
}
