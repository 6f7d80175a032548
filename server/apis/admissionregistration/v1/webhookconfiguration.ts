import { fillUnset, objectAt, objectsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Defaults of webhook configurations (admissionregistration/v1 defaults). */
const HOOK = { failurePolicy: 'Fail', matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {}, timeoutSeconds: 10 }

/** `more` is what one of the two kinds has besides. */
function defaultHooks(obj: KubeObject, more: Readonly<JsonObject>): void {
  for (const hook of objectsAt(obj, 'webhooks')) {
    fillUnset(hook, { ...HOOK, ...more })
    fillUnset(objectAt(hook, 'clientConfig.service'), { port: 443 })
    for (const rule of objectsAt(hook, 'rules')) fillUnset(rule, { scope: '*' })
  }
}

export const defaultValidatingWebhooks = (obj: KubeObject): void => defaultHooks(obj, {})

export const defaultMutatingWebhooks = (obj: KubeObject): void => defaultHooks(obj, { reinvocationPolicy: 'Never' })
