import { goQuote } from '../../../machinery/go-quote.ts'
import { ownValue } from '../../../machinery/own.ts'
import { canonicalAddress } from '../../../machinery/ip.ts'
import { labelValueErrors } from '../../../machinery/names.ts'
import { milliValue } from '../../../machinery/quantity.ts'
import type { ObjectMeta } from '../../../machinery/types.ts'
import { visitContainers } from './container.ts'
import { overlappingPaths } from './pod-warnings-paths.ts'
import { quantityOfText } from './resource-lists.ts'
import { semanticEqual } from './semantic-equal.ts'
import type { Affinity, Container, ContainerPort, NodeSelectorTerm, PodAffinity, PodSpec, ResourceList, SeccompProfile } from './types.ts'

/** Warnings that a pod or template is answered with when it is taken (api/pod GetWarningsForPod). */
export const deprecatedNodeLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

const deprecatedAnnotations: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}

const deprecatedVolumes = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
} as const
const volumeKinds = Object.keys(deprecatedVolumes) as (keyof typeof deprecatedVolumes)[]

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
export const APPARMOR_CONTAINER = 'container.apparmor.security.beta.kubernetes.io/'
export const APPARMOR_TEXT = 'deprecated since v1.30; use the "appArmorProfile" field instead'
const SECCOMP_TEXT = 'non-functional in v1.27+; use the "seccompProfile" field instead'
const NULL_SELECTOR = 'a null labelSelector results in matching no pod'

/** `prefix` is '' for a pod and `spec.template.` for a template. */
export function podWarnings(
  spec: PodSpec,
  meta: ObjectMeta,
  prefix: '' | 'template.' | 'spec.template.' | 'spec.jobTemplate.spec.template.',
): string[] {
  const out: string[] = []
  const at = `${prefix}spec`
  for (const key in spec.nodeSelector) {
    const text = ownValue(deprecatedNodeLabels, key)
    if (text !== undefined) out.push(`${at}.nodeSelector[${key}]: ${text}`)
  }
  if (spec.affinity?.nodeAffinity) nodeAffinityWarnings(out, spec.affinity.nodeAffinity, `${at}.affinity.nodeAffinity`)
  spec.topologySpreadConstraints?.forEach((c, i) => {
    const path = `${at}.topologySpreadConstraints[${i}]`
    const text = ownValue(deprecatedNodeLabels, c.topologyKey ?? '')
    if (text !== undefined) out.push(`${path}.topologyKey: ${c.topologyKey} is ${text}`)
    if (!c.labelSelector) out.push(`${path}.labelSelector: ${NULL_SELECTOR}`)
  })
  const { annotations } = meta
  for (const key in deprecatedAnnotations) {
    if (annotations?.[key] !== undefined) out.push(`${prefix}metadata.annotations[${key}]: ${deprecatedAnnotations[key]}`)
  }
  if (spec.volumes) volumeWarnings(out, spec, `${at}.volumes`)
  if (spec.hostAliases)
    duplicates(
      out,
      spec.hostAliases,
      (a) => a.ip ?? '',
      (i) => `${at}.hostAliases[${i}].ip: duplicate ip`,
    )
  if (spec.imagePullSecrets) pullSecretWarnings(out, spec.imagePullSecrets, `${at}.imagePullSecrets`)
  fractions(out, spec.overhead, `${at}.overhead`)
  if (annotations?.[SECCOMP_POD] !== undefined && !spec.securityContext?.seccompProfile) {
    out.push(`${prefix}metadata.annotations[${SECCOMP_POD}]: ${SECCOMP_TEXT}`)
  }
  visitContainers(spec, at, (c, path) => containerWarnings(out, c, spec, annotations, prefix, path))
  portWarnings(out, spec, at)
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    out.push(`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`)
  }
  if (spec.affinity) podAffinityWarnings(out, spec.affinity, `${at}.affinity`)
  spec.dnsConfig?.nameservers?.forEach((ns, i) => addressWarning(out, ns, `${at}.dnsConfig.nameservers[${i}]`))
  spec.hostAliases?.forEach((a, i) => addressWarning(out, a.ip ?? '', `${at}.hostAliases[${i}].ip`))
  return out
}

/** Of pods, where `values` are looked at as well, and of volumes. */
export function nodeSelectorTermWarnings(out: string[], term: NodeSelectorTerm | undefined, values: boolean, at: string): void {
  term?.matchExpressions?.forEach((e, i) => {
    const text = ownValue(deprecatedNodeLabels, e.key ?? '')
    if (text !== undefined) out.push(`${at}.matchExpressions[${i}].key: ${e.key} is ${text}`)
    if (!values) return
    e.values?.forEach((v, j) => {
      for (const why of labelValueErrors(v)) out.push(`${at}.matchExpressions[${i}].values[${j}]: ${v} is invalid, ${why}`)
    })
  })
}

function nodeAffinityWarnings(out: string[], affinity: NonNullable<Affinity['nodeAffinity']>, path: string): void {
  const term = (t: NodeSelectorTerm | undefined, values: boolean, at: string): void => nodeSelectorTermWarnings(out, t, values, at)
  affinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((t, i) =>
    term(t, false, `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`),
  )
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach((t, i) =>
    term(t.preference, true, `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`),
  )
}

function volumeWarnings(out: string[], spec: PodSpec, path: string): void {
  spec.volumes?.forEach((v, i) => {
    for (const kind of volumeKinds) {
      if (!v[kind]) continue
      out.push(`${path}[${i}].${kind === 'storageos' ? 'storageOS' : kind}: ${deprecatedVolumes[kind]}`)
    }
    const storage = v.ephemeral?.volumeClaimTemplate?.spec?.resources?.requests?.storage
    if (storage !== undefined) {
      fraction(out, storage, `${path}[${i}].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]`)
    }
  })
  for (const text of overlappingPaths(spec.volumes ?? [])) out.push(text)
}

function duplicates<T>(out: string[], list: readonly T[], keyOf: (item: T) => string, head: (i: number) => string): void {
  const seen = new Set<string>()
  list.forEach((item, i) => {
    const key = keyOf(item)
    if (seen.has(key)) out.push(`${head(i)} ${goQuote(key)}`)
    seen.add(key)
  })
}

function pullSecretWarnings(out: string[], secrets: readonly { name?: string }[], path: string): void {
  duplicates(
    out,
    secrets,
    (s) => s.name ?? '',
    (i) => `${path}[${i}].name: duplicate name`,
  )
  secrets.forEach((s, i) => {
    if (!s.name) out.push(`${path}[${i}].name: invalid empty name ""`)
  })
}

function fraction(out: string[], text: string, path: string): void {
  const value = quantityOfText(text)
  if (milliValue(value) % 1000n !== 0n) out.push(`${path}: fractional byte value ${goQuote(value.text)} is invalid, must be an integer`)
}

function fractions(out: string[], list: ResourceList | undefined, path: string): void {
  for (const name of ['memory', 'ephemeral-storage']) if (list?.[name] !== undefined) fraction(out, list[name], `${path}[${name}]`)
}

/** The profile that an AppArmor annotation stands for; undefined for one that says nothing. */
export function appArmorOf(annotation: string): SeccompProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' }
  if (annotation.startsWith('localhost/') && annotation !== 'localhost/')
    return { type: 'Localhost', localhostProfile: annotation.slice('localhost/'.length) }
  return undefined
}

function containerWarnings(
  out: string[],
  c: Container,
  spec: PodSpec,
  annotations: Record<string, string> | undefined,
  prefix: string,
  path: string,
): void {
  const name = c.name ?? ''
  if (annotations?.[SECCOMP_CONTAINER + name] !== undefined && !c.securityContext?.seccompProfile) {
    out.push(`${prefix}metadata.annotations[${SECCOMP_CONTAINER}${name}]: ${SECCOMP_TEXT}`)
  }
  const appArmor = annotations?.[APPARMOR_CONTAINER + name]
  if (appArmor !== undefined && prefix !== '' && !c.securityContext?.appArmorProfile) {
    const podProfile = spec.securityContext?.appArmorProfile
    if (!podProfile || !semanticEqual(podProfile, appArmorOf(appArmor))) {
      out.push(
        `${prefix}metadata.annotations[${APPARMOR_CONTAINER}${name}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
      )
    }
  }
  const { limits, requests } = c.resources ?? {}
  for (const kind of ['memory', 'ephemeral-storage']) {
    if (limits?.[kind] !== undefined) fraction(out, limits[kind], `${path}.resources.limits[${kind}]`)
    if (requests?.[kind] !== undefined) fraction(out, requests[kind], `${path}.resources.requests[${kind}]`)
  }
  if ((c.env?.length ?? 0) > 1) envWarnings(out, c, path)
}

function envWarnings(out: string[], c: Container, path: string): void {
  const seen = new Set<string>()
  c.env!.forEach((e, i) => {
    const name = e.name ?? ''
    if (seen.has(name)) {
      const ref = `$(${name})`
      const extends_ = !e.valueFrom && e.value !== ref && (e.value ?? '').includes(ref)
      if (!extends_) {
        out.push(`${path}.env[${i}]: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`)
      }
    }
    seen.add(name)
  })
}

// A port struct as Go's %+v has it.
const portText = (p: ContainerPort): string =>
  `{Name:${p.name ?? ''} HostPort:${p.hostPort ?? 0} ContainerPort:${p.containerPort ?? 0} Protocol:${p.protocol ?? ''} HostIP:${p.hostIP ?? ''}}`

function clash(a: ContainerPort, b: ContainerPort): string | undefined {
  const [hostA, hostB] = [a.hostPort ?? 0, b.hostPort ?? 0]
  const [ipA, ipB] = [a.hostIP ?? '', b.hostIP ?? '']
  if (ipA === ipB && hostA === hostB) return 'duplicate port definition'
  if (hostA === 0 || hostB === 0) return 'overlapping port definition'
  return hostA === hostB && (ipA === '') !== (ipB === '') ? 'dangerously ambiguous port definition' : undefined
}

/** Ports and paths are compared in pairs: so many, and the rest of an absurd pod goes without its warnings. */
const MAX_COMPARISONS = 20_000

function portWarnings(out: string[], spec: PodSpec, at: string): void {
  let comparisons = 0
  const seen = new Map<string, { path: string; port: ContainerPort }[]>()
  visitContainers(spec, at, (c, path) => {
    c.ports?.forEach((port, i) => {
      const here = `${path}.ports[${i}]`
      if (port.hostIP && !port.hostPort) out.push(`${here}: hostIP set without hostPort: ${portText(port)}`)
      const key = `${port.containerPort}/${port.protocol}`
      const others = seen.get(key) ?? []
      for (const other of others) {
        if (++comparisons > MAX_COMPARISONS) break
        const what = clash(port, other.port)
        if (what !== undefined) out.push(`${here}: ${what} with ${other.path}`)
      }
      if (others.push({ path: here, port }) === 1) seen.set(key, others)
    })
  })
  const names = new Map<string, string>()
  visitContainers(spec, at, (c, path) => {
    c.ports?.forEach(({ name }, i) => {
      if (!name) return
      const here = `${path}.ports[${i}]`
      const other = names.get(name)
      if (other === undefined) names.set(name, here)
      else {
        const why = `services and probes that select ports by name will use ${other}`
        out.push(`${here}: duplicate port name ${goQuote(name)} with ${other}, ${why}`)
      }
    })
  })
}

function podAffinityWarnings(out: string[], affinity: Affinity, path: string): void {
  const terms = (a: PodAffinity | undefined, at: string): void => {
    a?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((t, i) => {
      if (!t.labelSelector) out.push(`${at}.requiredDuringSchedulingIgnoredDuringExecution[${i}].labelSelector: ${NULL_SELECTOR}`)
    })
    a?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((t, i) => {
      const here = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm.labelSelector`
      if (!t.podAffinityTerm?.labelSelector) out.push(`${here}: ${NULL_SELECTOR}`)
    })
  }
  terms(affinity.podAffinity, `${path}.podAffinity`)
  terms(affinity.podAntiAffinity, `${path}.podAntiAffinity`)
}

/** An IPv6 address in another spelling than RFC 5952's. */
function addressWarning(out: string[], text: string, path: string): void {
  const canonical = canonicalAddress(text)
  if (canonical === undefined || canonical === text || !text.includes(':')) return
  out.push(`${path}: IPv6 address ${goQuote(text)} should be in RFC 5952 canonical format (${goQuote(canonical)})`)
}
