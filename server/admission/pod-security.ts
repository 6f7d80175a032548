import type { Violation } from '../apis/pod-security/check.ts'
import { detailsText, reasonsText, violations } from '../apis/pod-security/evaluate.ts'
import {
  askedFor,
  compareLevels,
  equivalentPolicies,
  fullyPrivileged,
  levelVersionText,
  policyOf,
  sameLevelVersion,
  type LevelVersion,
  type Mode,
  type Policy,
} from '../apis/pod-security/policy.ts'
import type { Container, PodSpec, PodTemplateSpec } from '../apis/core/v1/types.ts'
import type { Entry } from '../cache/entry.ts'
import { invalidObject, type FieldError } from '../machinery/field-errors.ts'
import { Slice } from '../machinery/slice.ts'
import { forbidden, internalError } from '../machinery/status.ts'
import type { KubeObject, ObjectMeta } from '../machinery/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import type { NamespaceLookup } from './namespace-lifecycle.ts'

/** What a PodSecurityConfiguration says (pod-security.admission.config.k8s.io/v1). */
export interface PodSecurityConfiguration {
  /** Of namespaces that say nothing else. */
  readonly defaults: Policy
  readonly exemptions: {
    readonly usernames: readonly string[]
    readonly namespaces: readonly string[]
    readonly runtimeClasses: readonly string[]
  }
}

const LENIENT: LevelVersion = { level: 'privileged', version: 'latest' }
export const defaultPodSecurity: PodSecurityConfiguration = {
  defaults: { enforce: LENIENT, audit: LENIENT, warn: LENIENT },
  exemptions: { usernames: [], namespaces: [], runtimeClasses: [] },
}

/** Hears what came of looking at pods and at what makes them. */
export interface PodSecurityObserver {
  evaluated(allowed: boolean, policy: LevelVersion, mode: Mode, a: AdmissionAttributes): void
  exempted(a: AdmissionAttributes): void
  /** `fatal`: nothing could be looked at; otherwise the strictest policy may have been taken for one that cannot be read. */
  failed(fatal: boolean, a: AdmissionAttributes): void
}

export interface PodSecurityDependencies {
  readonly namespaces: NamespaceLookup
  /** Pods of a namespace, as the cache has them. */
  pods(namespace: string): Iterable<Entry>
  readonly configuration?: PodSecurityConfiguration
  readonly observer?: PodSecurityObserver
  /** Milliseconds from any moment on. */
  readonly now?: () => number
}

/** A namespace that becomes stricter is told of so many pods, and after so long. */
const MAX_PODS = 3000
const CHECK_MS = 1000

/** Subresources that change nothing of a pod's spec. Any other, known or not, is checked. */
const HARMLESS = new Set(['exec', 'attach', 'binding', 'eviction', 'log', 'portforward', 'proxy', 'status'])

/** Keys of what goes to the request's record. */
const NOTES = 'pod-security.kubernetes.io/'
const EXEMPT = `${NOTES}exempt`
const ENFORCED = `${NOTES}enforce-policy`

type NamespacePolicy = ReturnType<typeof policyOf>

interface PodLike {
  metadata: Pick<ObjectMeta, 'annotations'>
  spec: PodSpec
}

type WithTemplate = KubeObject & {
  template?: PodTemplateSpec
  spec?: { template?: PodTemplateSpec; jobTemplate?: { spec?: { template?: PodTemplateSpec } } }
}

const ofSpec = (o: WithTemplate): PodTemplateSpec | undefined => o.spec?.template
/** Where kinds that make pods have them. */
const TEMPLATES: Readonly<Record<string, (o: WithTemplate) => PodTemplateSpec | undefined>> = {
  'replicationcontrollers.': ofSpec,
  'podtemplates.': (o) => o.template ?? {},
  'replicasets.apps': ofSpec,
  'deployments.apps': ofSpec,
  'statefulsets.apps': ofSpec,
  'daemonsets.apps': ofSpec,
  'jobs.batch': ofSpec,
  'cronjobs.batch': (o) => o.spec?.jobTemplate?.spec?.template,
}

/**
 * Pods are as the labels of their namespace ask for, by the Pod Security Standards (KEP-2579; k8s.io/pod-security-admission `admission`):
 * `enforce` refuses them, `warn` only tells whoever writes them or what makes them.
 */
export function podSecurity(dependencies: PodSecurityDependencies): AdmissionPlugin {
  const { namespaces, pods, configuration = defaultPodSecurity, now, observer } = dependencies
  const { defaults, exemptions } = configuration
  const exempt = {
    namespace: new Set(exemptions.namespaces),
    user: new Set(exemptions.usernames),
    runtimeClass: new Set(exemptions.runtimeClasses),
  }
  // A namespace is read once, whatever is written in it.
  const policies = new WeakMap<Entry, NamespacePolicy>()
  const inEffect = (entry: Entry): NamespacePolicy => {
    let policy = policies.get(entry)
    if (policy === undefined) policies.set(entry, (policy = policyOf(entry.object().metadata.labels, defaults)))
    return policy
  }

  function exempted(a: AdmissionAttributes, why: string): void {
    a.annotate(EXEMPT, why)
    observer?.exempted(a)
  }

  function isExempt(a: AdmissionAttributes): boolean {
    const why = exempt.namespace.has(a.namespace) ? 'namespace' : exempt.user.has(a.user.name) ? 'user' : undefined
    if (why === undefined) return false
    exempted(a, why)
    return true
  }

  /** With the namespace's policy: at once where the cache has it. */
  function withPolicy(a: AdmissionAttributes, missing: () => void, then: (found: NamespacePolicy) => void): void | Promise<void> {
    const entry = namespaces.cached(a.namespace)
    if (entry !== undefined) return then(inEffect(entry))
    return namespaces.fresh(a.namespace).then((found) => (found === undefined ? missing() : then(inEffect(found))))
  }

  function evaluate(a: AdmissionAttributes, { policy, errors }: NamespacePolicy, { metadata, spec }: PodLike, enforced: boolean): void {
    const { enforce, audit, warn } = policy
    if (exempt.runtimeClass.has(spec.runtimeClassName ?? '')) return exempted(a, 'runtimeClass')
    if (errors.length > 0) {
      a.annotate(`${NOTES}error`, `Failed to parse policy: ${errorsText(errors)}`)
      observer?.failed(false, a)
    }
    if (enforced) a.annotate(ENFORCED, levelVersionText(enforce))
    const refused = enforced ? violations(enforce, metadata, spec) : []
    if (enforced) observer?.evaluated(refused.length === 0, enforce, 'enforce', a)
    const against = (of: LevelVersion): Violation[] =>
      enforced && sameLevelVersion(enforce, of) ? refused : violations(of, metadata, spec)
    const audited = against(audit)
    if (audited.length > 0) {
      observer?.evaluated(false, audit, 'audit', a)
      a.annotate(`${NOTES}audit-violations`, `would violate PodSecurity "${levelVersionText(audit)}": ${detailsText(audited)}`)
    }
    if (refused.length > 0) {
      const why = `violates PodSecurity "${levelVersionText(enforce)}": ${detailsText(refused)}`
      throw forbidden({ group: a.resource.group, resource: a.resource.resource }, a.name, why)
    }
    const warned = sameLevelVersion(audit, warn) ? audited : against(warn)
    if (warned.length === 0) return
    observer?.evaluated(false, warn, 'warn', a)
    a.warn(`would violate PodSecurity "${levelVersionText(warn)}": ${detailsText(warned)}`)
  }

  function ofPod(a: AdmissionAttributes): void | Promise<void> {
    if (HARMLESS.has(a.subresource)) return
    if (isExempt(a)) return
    const missing = (): never => {
      observer?.failed(true, a)
      throw internalError(`failed to lookup namespace ${JSON.stringify(a.namespace)}`)
    }
    return withPolicy(a, missing, (found) => {
      if (found.errors.length === 0 && fullyPrivileged(found.policy)) {
        observer?.evaluated(true, found.policy.enforce, 'enforce', a)
        return a.annotate(ENFORCED, levelVersionText(LENIENT))
      }
      const pod = a.object as unknown as PodLike
      if (a.operation === 'UPDATE' && !isSignificant(pod.spec, (a.oldObject as unknown as PodLike).spec)) return
      evaluate(a, found, pod, true)
    })
  }

  function ofTemplate(a: AdmissionAttributes, templateOf: (o: WithTemplate) => PodTemplateSpec | undefined): void | Promise<void> {
    if (a.subresource !== '' || isExempt(a)) return
    return withPolicy(
      a,
      () => {
        observer?.failed(true, a)
        a.annotate(`${NOTES}error`, `failed to lookup namespace "${a.namespace}": namespaces "${a.namespace}" not found`)
      },
      (found) => {
        const { audit, warn } = found.policy
        if (found.errors.length === 0 && warn.level === 'privileged' && audit.level === 'privileged') return
        const template = templateOf(a.object!)
        if (template !== undefined) evaluate(a, found, { metadata: template.metadata ?? {}, spec: template.spec ?? {} }, false)
      },
    )
  }

  function ofNamespace(a: AdmissionAttributes): void | Promise<void> {
    if (a.subresource !== '') return
    const { labels } = a.object!.metadata
    const { policy, errors } = policyOf(labels, defaults)
    const before = a.operation === 'UPDATE' ? policyOf(a.oldObject!.metadata.labels, defaults) : undefined
    if (errors.length > 0 && !sameErrors(errors, before?.errors ?? [])) throw invalidObject(a.kind, a.name, [...errors])
    if (before !== undefined) {
      const [next, last] = [policy.enforce, before.policy.enforce]
      if (sameLevelVersion(next, last) || next.level === 'privileged') return
      if (next.version === last.version && compareLevels(next.level, last.level) <= 0) return
    }
    if (exempt.namespace.has(a.name)) {
      if (fullyPrivileged(policy) || equivalentPolicies(policy, defaults)) return
      a.warn(`namespace "${a.name}" is exempt from Pod Security, and the policy (${askedFor(policy, labels)}) will be ignored`)
    } else if (before !== undefined) return warnOfPods(a, policy.enforce)
  }

  async function warnOfPods(a: AdmissionAttributes, enforce: LevelVersion): Promise<void> {
    const all = inPriority(pods(a.name), exempt.runtimeClass)
    const checked = Math.min(all.length, MAX_PODS)
    const clock = now ?? (() => performance.now())
    const end = clock() + CHECK_MS
    const slice = new Slice(now)
    const found = new Map<string, { first: string; count: number }>()
    let done = 0
    while (done < checked) {
      const { metadata, spec } = all[done++] as unknown as PodLike & KubeObject
      const against = violations(enforce, metadata, spec)
      if (against.length > 0) count(found, reasonsText(against), metadata.name ?? '')
      if (clock() >= end) break
      if (slice.over) await slice.next()
    }
    if (done < all.length) {
      a.warn(`new PodSecurity enforce level only checked against the first ${done} of ${all.length} existing pods`)
    }
    if (found.size === 0) return
    a.warn(`existing pods in namespace "${a.name}" violate the new PodSecurity enforce level "${levelVersionText(enforce)}"`)
    const lines = [...found].map(([text, c]) => `${c.first}${others(c.count - 1)}: ${text}`)
    for (const line of lines.sort((x, y) => (x < y ? -1 : 1))) a.warn(line)
  }

  return {
    name: 'PodSecurity',
    validate(a) {
      if (a.operation !== 'CREATE' && a.operation !== 'UPDATE') return
      const { group, resource } = a.resource
      if (group === '' && resource === 'pods') return ofPod(a)
      if (group === '' && resource === 'namespaces') return ofNamespace(a)
      const key = `${resource}.${group}`
      if (Object.hasOwn(TEMPLATES, key)) return ofTemplate(a, TEMPLATES[key]!)
    },
  }
}

/** As Go prints an aggregate. */
const errorsText = (errors: readonly FieldError[]): string => {
  const texts = errors.map((e) => `${e.field}: ${e.body}`)
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}

const sameErrors = (a: readonly FieldError[], b: readonly FieldError[]): boolean =>
  a.length === b.length && a.every((e, i) => e.field === b[i]!.field && e.body === b[i]!.body)

function count(found: Map<string, { first: string; count: number }>, text: string, name: string): void {
  const c = found.get(text)
  if (c === undefined) found.set(text, { first: name, count: 1 })
  else {
    c.count++
    if (name < c.first) c.first = name
  }
}

const others = (more: number): string => (more === 0 ? '' : more === 1 ? ' (and 1 other pod)' : ` (and ${more} other pods)`)

/** One pod of each controller first, then the others, which are most likely the same. */
function inPriority(entries: Iterable<Entry>, exempt: ReadonlySet<string>): KubeObject[] {
  const [first, later]: [KubeObject[], KubeObject[]] = [[], []]
  const seen = new Set<string>()
  for (const entry of entries) {
    const pod = entry.object()
    if (exempt.has((pod.spec as PodSpec | undefined)?.runtimeClassName ?? '')) continue
    const owner = (pod.metadata.ownerReferences as { uid: string; controller?: boolean }[] | undefined)?.find((o) => o.controller === true)
    if (owner === undefined || !seen.has(owner.uid)) first.push(pod)
    else later.push(pod)
    if (owner !== undefined) seen.add(owner.uid)
  }
  return [...first, ...later]
}

/** Of what can be changed in a pod only its images matter, and containers that are new. */
function isSignificant(spec: PodSpec, old: PodSpec): boolean {
  const differ = (now: readonly Container[] = [], before: readonly Container[] = []): boolean =>
    now.length !== before.length || now.some((c, i) => c.image !== before[i]!.image)
  if (differ(spec.containers, old.containers) || differ(spec.initContainers, old.initContainers)) return true
  const images = new Map((old.ephemeralContainers ?? []).map((c) => [c.name, c.image]))
  return (spec.ephemeralContainers ?? []).some((c) => !images.has(c.name) || images.get(c.name) !== c.image)
}
