import { semanticEqual } from '../apis/core/v1/semantic-equal.ts'
import type { PodSpec, ResourceList, Toleration } from '../apis/core/v1/types.ts'
import type { Entry } from '../cache/entry.ts'
import { emptyAt } from '../machinery/empty-fields.ts'
import { copyJson } from '../machinery/copy-json.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { creates, PODS } from './attributes.ts'
import { refusal } from './refusal.ts'
import { mergeTolerations } from './tolerations.ts'

export interface RuntimeClassLookup {
  cached(name: string): Entry | undefined
  fresh(name: string): Promise<Entry | undefined>
}

interface RuntimeClass {
  overhead?: { podFixed?: ResourceList }
  scheduling?: { nodeSelector?: Record<string, string>; tolerations?: Toleration[] }
}

type Step = (a: AdmissionAttributes, spec: PodSpec, found: RuntimeClass | undefined) => void

/** Overhead and placing of pods by their RuntimeClass (KEP-688; plugin/pkg/admission/runtimeclass). */
export function runtimeClass(classes: RuntimeClassLookup): AdmissionPlugin {
  const withClass = (a: AdmissionAttributes, step: Step): void | Promise<void> => {
    const spec = (a.object!.spec ??= {}) as PodSpec
    const name = spec.runtimeClassName
    if (name == null) return step(a, spec, undefined)
    const entry = classes.cached(name)
    if (entry !== undefined) return step(a, spec, entry.view() as unknown as RuntimeClass)
    return classes.fresh(name).then((found) => {
      if (found === undefined) throw refusal(a, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`)
      step(a, spec, found.view() as unknown as RuntimeClass)
    })
  }
  return {
    name: 'RuntimeClass',
    mutate: (a) => (creates(a, PODS) ? withClass(a, fillIn) : undefined),
    validate: (a) => (creates(a, PODS) ? withClass(a, checkOverhead) : undefined),
  }
}

const OTHER_OVERHEAD = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"

function fillIn(a: AdmissionAttributes, spec: PodSpec, found: RuntimeClass | undefined): void {
  if (found?.overhead !== undefined) {
    const { podFixed } = found.overhead
    if (Object.keys(spec.overhead ?? {}).length > 0 && !semanticEqual(podFixed, spec.overhead, 'overhead')) throw refusal(a, OTHER_OVERHEAD)
    if (podFixed === undefined) delete spec.overhead
    else spec.overhead = { ...podFixed }
  }
  if (found?.scheduling === undefined) return
  const { nodeSelector = {}, tolerations = [] } = found.scheduling
  const own: Record<string, string> = spec.nodeSelector ?? {}
  for (const [key, value] of Object.entries(nodeSelector)) {
    const given = Object.hasOwn(own, key) ? own[key] : undefined
    if (given !== undefined && given !== value) {
      const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${given}`
      throw refusal(a, why)
    }
  }
  const selector = { ...own, ...nodeSelector }
  if (Object.keys(selector).length > 0) spec.nodeSelector = selector
  const merged = mergeTolerations(spec.tolerations ?? [], copyJson(tolerations))
  if (merged.length > 0) spec.tolerations = merged
}

function checkOverhead(a: AdmissionAttributes, spec: PodSpec, found: RuntimeClass | undefined): void {
  if (found?.overhead !== undefined) {
    if (!semanticEqual(found.overhead.podFixed, spec.overhead, 'overhead')) throw refusal(a, OTHER_OVERHEAD)
  } else if (spec.overhead != null || emptyAt(spec, 'overhead') !== undefined) {
    throw refusal(a, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
  }
}
