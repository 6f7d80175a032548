import {
  duplicate,
  forbiddenField,
  invalid,
  invalidNamed,
  notSupported,
  required,
  type FieldError,
} from '../../../machinery/field-errors.ts'
import { checkAddress, checkFamilies } from '../../../machinery/ip.ts'
import { byteLength } from '../../../machinery/names.ts'
import { IMMUTABLE, validateObjectMetaUpdate } from '../../meta/v1/validation.ts'
import { checkId, checkLabel, checkMaxBytes, checkQualifiedName, checkSubdomain } from './checks.ts'
import { validateKubeFinalizers } from './pod-metadata.ts'
import { updateRules, validateAnnotationChange } from './pod-update.ts'
import type { Container, ContainerStatus, Pod, PodCondition, PodSpec, PodStatus } from './types.ts'

/** Updates of a pod's status (core/validation ValidatePodStatusUpdate). */
const systemConditions = new Set(['PodScheduled', 'Ready', 'Initialized'])
const statusLists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const
const NOT_NEGATIVE_INTEGER = 'must be a non-negative integer'

export function validatePodStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors = validateObjectMetaUpdate(pod.metadata, old.metadata, 'metadata')
  validateKubeFinalizers(errors, pod.metadata.finalizers)
  validateAnnotationChange(errors, pod, old, updateRules(old))
  const now = pod.status ?? {}
  const before = old.status ?? {}
  now.conditions?.forEach((c, i) => validateCondition(errors, c, `status.conditions[${i}]`))
  if ((pod.spec.nodeName ?? '') !== (old.spec.nodeName ?? '')) errors.push(forbiddenField('status.nodeName', 'may not be changed directly'))
  const nominated = now.nominatedNodeName ?? ''
  if (nominated !== '' && nominated !== (before.nominatedNodeName ?? '')) {
    checkSubdomain(errors, nominated, 'status.nominatedNodeName')
    if (old.spec.nodeName)
      errors.push(forbiddenField('status.nominatedNodeName', 'may not be set on pods that are already bound to a node'))
  }
  if ((now.observedGeneration ?? 0) < 0) errors.push(invalid('status.observedGeneration', now.observedGeneration, NOT_NEGATIVE_INTEGER))
  if ((now.qosClass ?? '') !== (before.qosClass ?? '')) errors.push(invalidNamed('status.qosClass', now.qosClass ?? '', IMMUTABLE))
  validateTransitions(errors, now.containerStatuses, before.containerStatuses, old.spec, old.spec.containers, 'status.containerStatuses')
  validateTransitions(
    errors,
    now.initContainerStatuses,
    before.initContainerStatuses,
    old.spec,
    old.spec.initContainers,
    'status.initContainerStatuses',
  )
  validateTransitions(
    errors,
    now.ephemeralContainerStatuses,
    before.ephemeralContainerStatuses,
    undefined,
    [],
    'status.ephemeralContainerStatuses',
  )
  validateClaimStatuses(errors, now, pod.spec)
  validatePodIps(errors, now, before)
  validateHostIps(errors, now, before)
  for (const list of statusLists) validateUsers(errors, now[list], pod.spec, `status.${list}`)
  validateAllocated(errors, now.containerStatuses, pod.spec.containers, now, 'status.containerStatuses')
  validateAllocated(errors, now.initContainerStatuses, pod.spec.initContainers, now, 'status.initContainerStatuses')
  now.ephemeralContainerStatuses?.forEach((s, i) => {
    if (!s.allocatedResourcesStatus?.length) return
    errors.push(
      forbiddenField(`status.ephemeralContainerStatuses[${i}].allocatedResourcesStatus`, 'must not be specified in container status'),
    )
  })
  return errors
}

function validateCondition(errors: FieldError[], c: PodCondition, path: string): void {
  if ((c.observedGeneration ?? 0) < 0) errors.push(invalid(`${path}.observedGeneration`, c.observedGeneration, NOT_NEGATIVE_INTEGER))
  if (!systemConditions.has(c.type ?? '')) checkQualifiedName(errors, c.type ?? '', `${path}.Type`)
}

/** Whether a container that ended may run again, by its own policy and rules or the pod's. */
function mayRestart(c: Container, podPolicy: string, exitCode: number): boolean {
  for (const rule of c.restartPolicyRules ?? []) {
    const { operator, values = [] } = rule.exitCodes ?? {}
    if (rule.exitCodes && (operator === 'In') === values.includes(exitCode)) return true
  }
  const policy = c.restartPolicy ?? podPolicy
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

const restartsAll = (spec: PodSpec): boolean =>
  [...(spec.initContainers ?? []), ...(spec.containers ?? [])].some((c) =>
    c.restartPolicyRules?.some((r) => r.action === 'RestartAllContainers'),
  )

/** The first of each name. */
function firstByName<T extends { name?: string }>(list: readonly T[] | undefined): ReadonlyMap<string | undefined, T> {
  const out = new Map<string | undefined, T>()
  for (const one of list ?? []) if (!out.has(one.name)) out.set(one.name, one)
  return out
}

/** A terminated container stays so unless it may restart; `spec` is missing for ephemeral containers, which never may. */
function validateTransitions(
  errors: FieldError[],
  now: ContainerStatus[] | undefined,
  old: ContainerStatus[] | undefined,
  spec: PodSpec | undefined,
  containers: readonly Container[] | undefined,
  path: string,
): void {
  if (!old?.length || (spec && restartsAll(spec))) return
  const [statuses, byName] = [firstByName(now), firstByName(containers)]
  old.forEach((before, i) => {
    const ended = before.state?.terminated
    const after = statuses.get(before.name)
    if (!ended || !after || after.state?.terminated) return
    const c = byName.get(before.name)
    if (c && mayRestart(c, spec?.restartPolicy ?? 'Always', ended.exitCode ?? 0)) return
    errors.push(forbiddenField(`${path}[${i}].state`, 'may not be transitioned to non-terminated state'))
  })
}

function validateClaimStatuses(errors: FieldError[], status: PodStatus, spec: PodSpec): void {
  const seen = new Set<string>()
  const claims = new Set(spec.resourceClaims?.map((c) => c.name))
  status.resourceClaimStatuses?.forEach(({ name = '', resourceClaimName }, i) => {
    const at = `status.resourceClaimStatuses[${i}]`
    if (!claims.has(name)) {
      errors.push(invalid(`${at}.name`, name, 'must match the name of an entry in `spec.resourceClaims`'))
    }
    if (seen.has(name)) errors.push(duplicate(`${at}.name`, name))
    seen.add(name)
    if (resourceClaimName !== undefined) checkSubdomain(errors, resourceClaimName, `${at}.resourceClaimName`)
  })
  if (status.extendedResourceClaimStatus) validateExtended(errors, status.extendedResourceClaimStatus, spec)
}

function validateExtended(errors: FieldError[], status: NonNullable<PodStatus['extendedResourceClaimStatus']>, spec: PodSpec): void {
  const path = 'status.extendedResourceClaimStatus'
  const mappings = status.requestMappings ?? []
  if (mappings.length === 0) errors.push(required(`${path}.requestMappings`, 'at least one request mapping is required'))
  const containers = new Map([...(spec.initContainers ?? []), ...(spec.containers ?? [])].map((c) => [c.name ?? '', c]))
  const seen = new Set<string>()
  mappings.forEach(({ containerName = '', resourceName = '', requestName = '' }, i) => {
    const at = `${path}.requestMappings[${i}]`
    const c = containers.get(containerName)
    if (c === undefined) {
      errors.push(
        invalid(
          `${at}.containerName`,
          containerName,
          'must match the name of an entry in spec.initContainers.name or spec.containers.name',
        ),
      )
    } else if (c.resources?.requests?.[resourceName] === undefined) {
      const text =
        'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests'
      errors.push(invalid(`${at}.resourceName`, resourceName, text))
    }
    checkLabel(errors, requestName, `${path}.requestName`)
    const key = JSON.stringify([containerName, resourceName, requestName])
    if (seen.has(key)) {
      errors.push(duplicate(`${at}.containerName`, containerName), duplicate(`${at}.resourceName`, resourceName))
      errors.push(duplicate(`${at}.requestName`, requestName))
    }
    seen.add(key)
  })
  if (!status.resourceClaimName) errors.push(required(`${path}.resourceClaimName`))
  else checkSubdomain(errors, status.resourceClaimName, `${path}.resourceClaimName`)
}

// The internal types PodIP and HostIP print as {"IP": …}.
const addresses = (list: readonly { ip?: string }[]): unknown => list.map(({ ip = '' }) => ({ IP: ip }))

function validateFamilies(errors: FieldError[], list: readonly { ip?: string }[], path: string): void {
  const texts = list.map(({ ip = '' }) => ip)
  checkFamilies(errors, path, texts, addresses(list))
}

function validatePodIps(errors: FieldError[], now: PodStatus, old: PodStatus): void {
  const path = 'status.podIPs'
  const list = now.podIPs ?? []
  const keep = new Set(old.podIPs?.map(({ ip = '' }) => ip))
  list.forEach(({ ip = '' }, i) => checkAddress(errors, `${path}[${i}]`, ip, keep))
  validateFamilies(errors, list, path)
  const podIp = now.podIP ?? ''
  if ((podIp !== '') !== list.length > 0) {
    errors.push(invalid(path, list.length > 0 ? addresses(list) : null, 'podIP and podIPs must either both be set or both be unset'))
  } else if (list.length > 0 && podIp !== (list[0]!.ip ?? ''))
    errors.push(invalid(`${path}[0].ip`, list[0]!.ip ?? '', 'must be equal to `podIP`'))
}

function validateHostIps(errors: FieldError[], now: PodStatus, old: PodStatus): void {
  const path = 'status.hostIPs'
  const list = now.hostIPs ?? []
  if (list.length === 0) return
  if ((now.hostIP ?? '') !== (list[0]!.ip ?? '')) errors.push(invalid(`${path}[0].ip`, list[0]!.ip ?? '', 'must be equal to `hostIP`'))
  const keep = new Set(old.hostIPs?.map(({ ip = '' }) => ip))
  list.forEach(({ ip = '' }, i) => checkAddress(errors, `${path}[${i}]`, ip, keep))
  validateFamilies(errors, list, path)
}

function validateUsers(errors: FieldError[], list: readonly ContainerStatus[] | undefined, spec: PodSpec, path: string): void {
  list?.forEach((s, i) => {
    const user = s.user?.linux
    if (!user) return
    const at = `${path}[${i}].user.linux`
    if (spec.os?.name === 'windows') {
      errors.push(forbiddenField(at, 'cannot be set for a windows pod'))
      return
    }
    const uid = user.uid ?? 0
    if (uid < 0 || uid > 4294967295) errors.push(invalid(`${at}.uid`, uid, 'must be between 0 and 4294967295, inclusive'))
    checkId(errors, user.gid ?? 0, `${at}.gid`)
    user.supplementalGroups?.forEach((gid, j) => checkId(errors, gid, `${at}.supplementalGroups[${j}]`))
  })
}

const healths = ['Healthy', 'Unhealthy', 'Unknown']

function validateAllocated(
  errors: FieldError[],
  list: readonly ContainerStatus[] | undefined,
  containers: readonly Container[] | undefined,
  status: PodStatus,
  path: string,
): void {
  const byName = firstByName(containers)
  const claims = new Map<Container, ReadonlySet<string>>()
  const claimsOf = (c: Container): ReadonlySet<string> => {
    const known = claims.get(c) ?? claimNames(c, status)
    claims.set(c, known)
    return known
  }
  list?.forEach((s, i) => {
    const c = byName.get(s.name)
    s.allocatedResourcesStatus?.forEach((allocated, j) => {
      const at = `${path}[${i}].allocatedResourcesStatus[${j}]`
      const name = allocated.name ?? ''
      if (c) validateAllocatedName(errors, name, c, claimsOf, `${at}.name`)
      const seen = new Set<string>()
      allocated.resources?.forEach(({ resourceID = '', health = '', message }, k) => {
        const here = `${at}.resources[${k}]`
        if (!healths.includes(health)) errors.push(notSupported(`${here}.health`, health, healths))
        if (message !== undefined && byteLength(message) === 0) errors.push(required(`${here}.message`, 'must be non-empty if specified'))
        else if (message !== undefined) checkMaxBytes(errors, message, 1024, `${here}.message`)
        if (seen.has(resourceID)) errors.push(duplicate(`${here}.resourceID`, resourceID))
        seen.add(resourceID)
      })
    })
  })
}

/** What a container's claims are called in allocatedResourcesStatus. */
function claimNames(c: Container, { extendedResourceClaimStatus: extended }: PodStatus): ReadonlySet<string> {
  const own = (c.resources?.claims ?? []).map((x) => `claim:${x.name}${x.request ? `/${x.request}` : ''}`)
  const mapped = (extended?.requestMappings ?? []).filter((m) => m.containerName === c.name)
  return new Set([...own, ...mapped.map((m) => `claim:${extended?.resourceClaimName}/${m.requestName}`)])
}

function validateAllocatedName(
  errors: FieldError[],
  name: string,
  c: Container,
  claimsOf: (c: Container) => ReadonlySet<string>,
  path: string,
): void {
  if (!name.startsWith('claim:')) {
    if (c.resources?.requests?.[name] === undefined) errors.push(invalid(path, name, "must match one of the container's resource requests"))
    return
  }
  if (claimsOf(c).has(name)) return
  const text =
    "must match one of the container's resource claims as 'claim:<claimName>/<requestName>' when container.resources.claims[*].request is set or 'claim:<claimName>' when it is empty"
  errors.push(invalid(path, name, text))
}
