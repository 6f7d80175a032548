import type { Entry } from '../cache/entry.ts'
import { isOf, PODS } from './attributes.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

export interface PriorityClassLookup {
  cached(name: string): Entry | undefined
  fresh(name: string): Promise<Entry | undefined>
  /** All classes, from the cache. */
  all(): Iterable<Entry>
}

interface PodSpec {
  priorityClassName?: string
  priority?: number
  preemptionPolicy?: string
}

interface Class {
  metadata: { name?: string | undefined }
  value?: number | undefined
  globalDefault?: boolean | undefined
  preemptionPolicy?: string | undefined
}

const CLASSES = { group: 'scheduling.k8s.io', resource: 'priorityclasses' }
const DEFAULT_POLICY = 'PreemptLowerPriority'
/** Of each state of a class, as long as it is held: every new pod asks. */
const PARSED = new WeakMap<Entry, Class>()

function classOf(entry: Entry): Class {
  let parsed = PARSED.get(entry)
  if (parsed === undefined) {
    const { metadata, value, globalDefault, preemptionPolicy } = entry.view() as unknown as Class
    PARSED.set(entry, (parsed = { metadata: { name: metadata.name }, value, globalDefault, preemptionPolicy }))
  }
  return parsed
}

/** Gives each new pod the priority of its class, or of the default one (plugin/pkg/admission/priority). */
export function priority(classes: PriorityClassLookup): AdmissionPlugin {
  return {
    name: 'Priority',
    mutate(a) {
      if (a.subresource !== '' || a.object === undefined || !isOf(a, PODS)) return
      if (a.operation === 'CREATE') return admitPod(classes, a)
      keepPriority(a.object.spec as PodSpec, a.oldObject?.spec as PodSpec)
    },
    validate(a) {
      if (a.subresource === '' && a.object !== undefined && isOf(a, CLASSES)) checkDefault(classes, a)
    },
  }
}

/** What was set on create stays; another value is left to validation. */
function keepPriority(spec: PodSpec, old: PodSpec): void {
  if (spec.priority === undefined && old.priority !== undefined) spec.priority = old.priority
  if (spec.preemptionPolicy === undefined && old.preemptionPolicy !== undefined) spec.preemptionPolicy = old.preemptionPolicy
}

function admitPod(classes: PriorityClassLookup, a: AdmissionAttributes): void | Promise<void> {
  const spec = (a.object!.spec ??= {}) as PodSpec
  const name = spec.priorityClassName ?? ''
  if (name === '') {
    assign(a, spec, defaultClass(classes))
    return
  }
  const entry = classes.cached(name)
  if (entry !== undefined) {
    assign(a, spec, classOf(entry))
    return
  }
  return classes.fresh(name).then((found) => {
    if (found === undefined) throw refusal(a, `no PriorityClass with name ${name} was found`)
    assign(a, spec, classOf(found))
  })
}

/** Of several defaults the lowest counts. */
function defaultClass(classes: PriorityClassLookup): Class | undefined {
  let found: Class | undefined
  for (const entry of classes.all()) {
    const c = classOf(entry)
    if (c.globalDefault === true && (found === undefined || (c.value ?? 0) < (found.value ?? 0))) found = c
  }
  return found
}

const COMPUTED = 'from the given PriorityClass name'

function assign(a: AdmissionAttributes, spec: PodSpec, c: Class | undefined): void {
  const value = c?.value ?? 0
  const policy = c?.preemptionPolicy ?? DEFAULT_POLICY
  if (spec.priority !== undefined && spec.priority !== value) {
    const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} ${COMPUTED}`
    throw refusal(a, why)
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} ${COMPUTED}`
    throw refusal(a, why)
  }
  if (c !== undefined) spec.priorityClassName = c.metadata.name ?? ''
  spec.priority = value
  spec.preemptionPolicy = policy
}

/** There may be one default only. */
function checkDefault(classes: PriorityClassLookup, a: AdmissionAttributes): void {
  if ((a.object as unknown as Class).globalDefault !== true) return
  const other = defaultClass(classes)
  if (other === undefined || other.metadata.name === a.name) return
  const why = `PriorityClass ${other.metadata.name ?? ''} is already marked as default. Only one default can exist`
  throw refusal(a, why)
}
