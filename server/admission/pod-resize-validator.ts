import type { NodeStatus, PodSpec } from '../apis/core/v1/types.ts'
import type { Entry } from '../cache/entry.ts'
import { compareQuantity, integerValue, milliValue, parseJsonQuantity, parseQuantity, type Quantity } from '../machinery/quantity.ts'
import type { StatusError } from '../machinery/status.ts'
import { total } from '../quota/pods.ts'
import { isOf, PODS } from './attributes.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

const OS = 'kubernetes.io/os'
const NOTHING = parseQuantity('0')

/** What is held against a node, and how it is printed. */
const BOUND: readonly (readonly ['cpu' | 'memory', (q: Quantity) => bigint])[] = [
  ['cpu', milliValue],
  ['memory', integerValue],
]

/** A pod does not grow beyond its node, nor where nodes cannot do it (plugin/pkg/admission/podresize). */
export const podResizeValidator = (node: (name: string) => Entry | undefined): AdmissionPlugin => ({
  name: 'PodResizeValidator',
  validate(a) {
    if (a.operation !== 'UPDATE' || a.subresource !== 'resize' || !isOf(a, PODS)) return
    const spec = (a.object!.spec ?? {}) as PodSpec
    // A generation counts changes of the spec.
    if (!spec.nodeName || a.object!.metadata.generation === a.oldObject!.metadata.generation) return
    const found = node(spec.nodeName)?.view()
    if (found === undefined) throw refusal(a, `node ${JSON.stringify(spec.nodeName)} not found`)
    const os = found.metadata.labels?.[OS]
    if (os !== undefined && os !== 'linux') {
      const why = `pod resize is only supported on linux nodes, node ${JSON.stringify(spec.nodeName)} is ${JSON.stringify(os)}`
      throw caused(a, why, 'UnsupportedPlatform')
    }
    const tooMuch = exceeding(spec, (found as { status?: NodeStatus }).status?.allocatable ?? {})
    if (tooMuch.length > 0) throw caused(a, `node didn't have enough allocatable resources: ${tooMuch.join('; ')}`, 'NodeCapacity')
  },
})

function exceeding(spec: PodSpec, allocatable: Readonly<Record<string, string | number>>): string[] {
  const asked = total({ spec }, 'requests')
  return BOUND.flatMap(([name, shown]) => {
    const [request, has] = [asked.get(name) ?? NOTHING, allocatable[name] === undefined ? NOTHING : parseJsonQuantity(allocatable[name])]
    return compareQuantity(request, has) > 0 ? [`${name}, requested: ${shown(request)}, allocatable: ${shown(has)}`] : []
  })
}

function caused(a: AdmissionAttributes, why: string, reason: string): StatusError {
  const error = refusal(a, why)
  error.status.details = { ...error.status.details, causes: [{ reason }] }
  return error
}
