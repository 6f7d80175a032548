import { aggregate } from '../apis/core/v1/pod-resources.ts'
import { quantityOfText } from '../apis/core/v1/resource-lists.ts'
import type { Container, PodSpec, ResourceList } from '../apis/core/v1/types.ts'
import type { Entry } from '../cache/entry.ts'
import { objectAt, objectsAt, textAt } from '../machinery/json-walk.ts'
import type { Quantity } from '../machinery/quantity.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { limitErrors, maxRequestErrors, minErrors, type Amounts, type Bound } from './limit-range-bounds.ts'
import { aggregateText, refusal } from './refusal.ts'

export interface LimitRangeLookup {
  /** The LimitRanges of a namespace, from the cache. */
  cached(namespace: string): Iterable<Entry>
}

const ANNOTATION = 'kubernetes.io/limit-ranger'

/** One LimitRange as it is asked: read once, however many pods it is held against. */
interface Limits {
  /** What containers get that say nothing. */
  readonly requests: Readonly<Record<string, string>>
  readonly limits: Readonly<Record<string, string>>
  readonly bounds: readonly { readonly type: string; readonly min: Bound; readonly max: Bound; readonly ratio: Bound }[]
}

/** Defaults and bounds of containers, pods and claims by the LimitRanges of their namespace (plugin/pkg/admission/limitranger). */
export function limitRanger(lookup: LimitRangeLookup): AdmissionPlugin {
  const read = new WeakMap<Entry, Limits>()
  const limitsOf = (entry: Entry): Limits => {
    let limits = read.get(entry)
    if (limits === undefined) read.set(entry, (limits = parse(entry.view())))
    return limits
  }
  return {
    name: 'LimitRanger',
    mutate(a) {
      if (!concerns(a) || a.resource.resource !== 'pods') return
      for (const entry of lookup.cached(a.namespace)) fillIn(a.object!, limitsOf(entry))
    },
    validate(a) {
      if (!concerns(a)) return
      for (const entry of lookup.cached(a.namespace)) {
        const errors = a.resource.resource === 'pods' ? podErrors(a.object!, limitsOf(entry)) : claimErrors(a.object!, limitsOf(entry))
        if (errors.length > 0) throw refusal(a, aggregateText(errors))
      }
    },
  }
}

/** Updates of pods leave their containers as they are, but for a resize; what goes away already is let go. */
function concerns({ operation, subresource, resource, object, oldObject }: AdmissionAttributes): boolean {
  if (resource.group !== '' || object === undefined || oldObject?.metadata.deletionTimestamp) return false
  if (resource.resource === 'pods') return operation === 'UPDATE' ? subresource === 'resize' : operation === 'CREATE' && subresource === ''
  return resource.resource === 'persistentvolumeclaims' && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE')
}

function parse(range: KubeObject): Limits {
  const requests: Record<string, string> = {}
  const limits: Record<string, string> = {}
  const bounds = objectsAt(range, 'spec.limits').map((item) => {
    const list = (key: string): ResourceList => (objectAt(item, key) ?? {}) as ResourceList
    if (item.type === 'Container') {
      Object.assign(requests, list('defaultRequest'))
      Object.assign(limits, list('default'))
    }
    const bound = (key: string): Bound => [...amountsOf(list(key))].sort(([one], [other]) => (one < other ? -1 : 1))
    return { type: textAt(item, 'type'), min: bound('min'), max: bound('max'), ratio: bound('maxLimitRequestRatio') }
  })
  return { requests, limits, bounds }
}

function amountsOf(list: ResourceList | undefined): Map<string, Quantity> {
  const out = new Map<string, Quantity>()
  for (const name in list) out.set(name, quantityOfText(list[name]!))
  return out
}

function fillIn(pod: KubeObject, limits: Limits): void {
  const spec = (pod.spec ?? {}) as PodSpec
  const told: string[] = []
  for (const c of spec.containers ?? []) fillContainer(c, limits, 'container', told)
  for (const c of spec.initContainers ?? []) fillContainer(c, limits, 'init container', told)
  if (told.length === 0) return
  const annotations = (pod.metadata.annotations ??= {})
  annotations[ANNOTATION] = `LimitRanger plugin set: ${told.join('; ')}`
}

function fillContainer(container: Container, defaults: Limits, what: string, told: string[]): void {
  for (const field of ['requests', 'limits'] as const) {
    const names = Object.keys(defaults[field]).filter((name) => container.resources?.[field]?.[name] === undefined)
    if (names.length === 0) continue
    const list = ((container.resources ??= {})[field] ??= {})
    for (const name of names) list[name] = defaults[field][name]!
    told.push(`${names.sort().join(', ')} ${field === 'requests' ? 'request' : 'limit'} for ${what} ${container.name ?? ''}`)
  }
}

function claimErrors(claim: KubeObject, { bounds }: Limits): string[] {
  const requests = amountsOf(objectAt(claim, 'spec.resources.requests') as ResourceList | undefined)
  return bounds
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap(({ type, min, max }) => [...minErrors(type, min, { requests, limits: new Map() }), ...maxRequestErrors(type, max, requests)])
}

function podErrors(pod: KubeObject, { bounds }: Limits): string[] {
  const spec = (pod.spec ?? {}) as PodSpec
  return bounds.flatMap((bound) => {
    if (bound.type === 'Pod') return limitErrors(bound, { requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') })
    if (bound.type !== 'Container') return []
    const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
    return containers.flatMap(({ resources }) =>
      limitErrors(bound, { requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) }),
    )
  })
}

/** What the containers add up to, and in its place what is said of the whole pod. Overhead does not count here. */
function podAmounts(spec: PodSpec, field: 'requests' | 'limits'): Amounts {
  const total = aggregate(spec, field)
  for (const [name, value] of amountsOf(spec.resources?.[field])) if (name === 'cpu' || name === 'memory') total.set(name, value)
  return total
}
