import { ensureObject, fillZero } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Defaults of flow schemas (flowcontrol/v1 defaults). */
export function defaultFlowSchema(obj: KubeObject): void {
  fillZero(ensureObject(obj, 'spec'), { matchingPrecedence: 1000 })
}
