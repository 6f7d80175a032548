import { ensureObject, fillUnset, objectAt, objectsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Defaults of admission policies and their bindings (admissionregistration/v1 defaults). */
function defaultMatch(match: JsonObject | undefined): void {
  fillUnset(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} })
  for (const field of ['resourceRules', 'excludeResourceRules']) for (const rule of objectsAt(match, field)) fillUnset(rule, { scope: '*' })
}

export function defaultAdmissionPolicy(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  fillUnset(spec, { failurePolicy: 'Fail' })
  defaultMatch(objectAt(spec, 'matchConstraints'))
}

export function defaultAdmissionPolicyBinding(obj: KubeObject): void {
  defaultMatch(objectAt(obj, 'spec.matchResources'))
}
