import { podQos } from '../apis/core/v1/qos.ts'
import { semanticEqual } from '../apis/core/v1/semantic-equal.ts'
import type { PodSpec, Toleration } from '../apis/core/v1/types.ts'
import type { Entry } from '../cache/entry.ts'
import { GoFields, goType } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import { parseJson } from '../machinery/json.ts'
import { notFound, StatusError } from '../machinery/status.ts'
import { creates, PODS, updates } from './attributes.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import type { NamespaceLookup } from './namespace-lifecycle.ts'
import { mergeTolerations } from './tolerations.ts'

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations'
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist'
const MEMORY_PRESSURE: Toleration = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' }

/** Of namespaces that say nothing themselves. */
export interface PodTolerations {
  readonly default: readonly Toleration[]
  readonly whitelist: readonly Toleration[]
}

/** What pods of a namespace tolerate without saying so, and what they may tolerate at all (plugin/pkg/admission/podtolerationrestriction). */
export function podTolerationRestriction(namespaces: NamespaceLookup, told: PodTolerations): AdmissionPlugin {
  const verify = (a: AdmissionAttributes, namespace: Entry): void => {
    const { tolerations = [] } = (a.object!.spec ?? {}) as PodSpec
    if (tolerations.length === 0) return
    const own = annotated(namespace, WHITELIST)
    const whitelist = own ?? told.whitelist
    if (whitelist.length === 0 || tolerations.every((t) => whitelist.some((w) => covers(w, t)))) return
    const scope = own === undefined ? 'cluster' : 'namespace'
    const why = `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`
    throw new StatusError(500, '', why)
  }
  const fillIn = (a: AdmissionAttributes, namespace: Entry): void => {
    const spec = (a.object!.spec ??= {}) as PodSpec
    const more = a.operation === 'CREATE' ? [...(annotated(namespace, DEFAULTS) ?? told.default)] : []
    const { qosClass } = (a.object!.status ?? {}) as { qosClass?: string }
    if ((qosClass ?? podQos(spec)) !== 'BestEffort') more.push(MEMORY_PRESSURE)
    if (more.length > 0) spec.tolerations = mergeTolerations(spec.tolerations ?? [], more)
    verify(a, namespace)
  }
  const withNamespace = (a: AdmissionAttributes, step: (a: AdmissionAttributes, namespace: Entry) => void): void | Promise<void> => {
    if (!creates(a, PODS) && !updates(a, PODS)) return
    const entry = namespaces.cached(a.namespace)
    if (entry !== undefined) return step(a, entry)
    return namespaces.fresh(a.namespace).then((found) => {
      if (found === undefined) throw notFound({ group: '', resource: 'namespaces' }, a.namespace)
      step(a, found)
    })
  }
  return {
    name: 'PodTolerationRestriction',
    mutate: (a) => withNamespace(a, fillIn),
    validate: (a) => withNamespace(a, verify),
  }
}

/** A namespace's own list; an empty text is an empty list, and undefined stands for no word at all. */
function annotated(namespace: Entry, key: string): readonly Toleration[] | undefined {
  const { annotations } = namespace.view().metadata
  const text = annotations !== undefined && Object.hasOwn(annotations, key) ? annotations[key]! : undefined
  if (text === undefined || text === '') return text === undefined ? undefined : []
  try {
    const list = parseJson(text) ?? []
    if (!Array.isArray(list)) throw new Error(`json: cannot unmarshal ${goType(list)} into Go value of type []v1.Toleration`)
    return list.map((value: unknown) => readToleration(new GoFields((value ?? {}) as JsonObject, 'Toleration')))
  } catch (e) {
    throw new StatusError(500, '', (e as Error).message)
  }
}

/** @throws Error for a field of another type */
export function readToleration(t: GoFields): Toleration {
  const seconds = t.int64('tolerationSeconds')
  const texts = (['key', 'operator', 'value', 'effect'] as const).flatMap((name) => {
    const text = t.text(name)
    return text === '' ? [] : [[name, text] as const]
  })
  return { ...Object.fromEntries(texts), ...(seconds === undefined ? {} : { tolerationSeconds: seconds }) }
}

/** Whether all that a toleration tolerates is tolerated by one of the list (pkg/util/tolerations, isSuperset). */
function covers(wide: Toleration, t: Toleration): boolean {
  if (semanticEqual(wide, t)) return true
  const [key, effect, operator] = [wide.key ?? '', wide.effect ?? '', wide.operator ?? '']
  if ((t.key ?? '') !== key && (key !== '' || operator !== 'Exists')) return false
  if (effect !== '' && (t.effect ?? '') !== effect) return false
  if (effect === 'NoExecute' && wide.tolerationSeconds != null) {
    if (t.tolerationSeconds == null || t.tolerationSeconds > wide.tolerationSeconds) return false
  }
  if (operator === 'Exists') return true
  return (operator === '' || operator === 'Equal') && t.operator === 'Equal' && (t.value ?? '') === (wide.value ?? '')
}
