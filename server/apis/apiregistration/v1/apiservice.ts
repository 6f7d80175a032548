import { fillUnset, objectAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Defaults of APIServices (apiregistration/v1 defaults). */
export function defaultApiService(obj: KubeObject): void {
  fillUnset(objectAt(obj, 'spec.service'), { port: 443 })
}
