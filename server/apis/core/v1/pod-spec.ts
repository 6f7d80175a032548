import { goQuote } from '../../../machinery/go-quote.ts'
import {
  duplicate,
  forbiddenField,
  invalid,
  notFoundValue,
  notSupported,
  required,
  tooLong,
  type FieldError,
} from '../../../machinery/field-errors.ts'
import { checkAddress } from '../../../machinery/ip.ts'
import { byteLength, dns1123SubdomainWithUnderscoreErrors, rangeText } from '../../../machinery/names.ts'
import { validateLabels } from '../../meta/v1/validation.ts'
import { validateAffinity, type AffinityRules } from './affinity.ts'
import { checkLabel, checkOneOf, checkQualifiedName, checkSubdomain, invalidTexts } from './checks.ts'
import {
  validateContainers,
  validateEphemeralContainers,
  validateInitContainers,
  visitContainers,
  type ContainerRules,
} from './container.ts'
import { validatePodResources } from './pod-resources.ts'
import { validateResources } from './resources.ts'
import { validateForOs, validatePodSecurityContext } from './security-context.ts'
import { validateTolerations } from './tolerations.ts'
import { validateTopologySpread, type SpreadRules } from './topology-spread.ts'
import type { Container, PodResourceClaim, PodSpec } from './types.ts'
import { validateVolumes } from './volume.ts'
import { validateHostProcess } from './windows.ts'

/**
 * What a stored object may keep that a new one may not have, and whether the spec is a pod's own (core/validation
 * PodValidationOptions with the feature gates of 1.37's defaults).
 */
export interface PodRules {
  affinity: AffinityRules
  spread: SpreadRules
  /** A pod's spec, not a template's. */
  isPod: boolean
  podName?: string | undefined
  mirror?: boolean
  allowIndivisibleHugePages?: boolean
  allowInitRestartContainer?: boolean
  allowHostSysctls?: boolean
  allowInvalidDeletionCost?: boolean
}

const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const noNames: ReadonlySet<string> = new Set()

export function validatePodSpec(errors: FieldError[], spec: PodSpec, rules: PodRules, path: string): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(`${path}.terminationGracePeriodSeconds`))
  const volumes = validateVolumes(errors, spec.volumes, rules.podName, `${path}.volumes`)
  const claims = spec.resourceClaims ? new Set(spec.resourceClaims.flatMap((c) => (c.name ? [c.name] : []))) : noNames
  if (spec.resourceClaims) validateResourceClaims(errors, spec.resourceClaims, rules.mirror ?? false, `${path}.resourceClaims`)
  const containers: ContainerRules = {
    spec,
    volumes,
    claims,
    allowIndivisibleHugePages: rules.allowIndivisibleHugePages,
    allowInitRestartContainer: rules.allowInitRestartContainer,
  }
  const visit = (f: (c: Container, path: string) => void): void => visitContainers(spec, path, f)
  validateContainers(errors, containers, `${path}.containers`)
  if (spec.initContainers) validateInitContainers(errors, containers, `${path}.initContainers`)
  if (spec.ephemeralContainers) validateEphemeralContainers(errors, containers, `${path}.ephemeralContainers`)
  if (spec.resources) validatePodResources(errors, spec, containers, `${path}.resources`)
  if (spec.hostNetwork) validateHostPorts(errors, spec, rules.isPod, `${path}.containers`)
  checkOneOf(errors, spec.restartPolicy, restartPolicies, `${path}.restartPolicy`)
  checkOneOf(errors, spec.dnsPolicy, dnsPolicies, `${path}.dnsPolicy`)
  if (spec.nodeSelector) validateLabels(errors, spec.nodeSelector, `${path}.nodeSelector`)
  validatePodSecurityContext(errors, spec.securityContext, spec, rules.allowHostSysctls ?? false, `${path}.securityContext`)
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'))
  }
  validateAffinity(errors, spec.affinity, rules.affinity, `${path}.affinity`)
  validateDns(errors, spec, `${path}.dnsConfig`)
  spec.readinessGates?.forEach((g, i) => checkQualifiedName(errors, g.conditionType ?? '', `${path}.readinessGates[${i}].conditionType`))
  if (spec.schedulingGates) validateSchedulingGates(errors, spec.schedulingGates, `${path}.schedulingGates`)
  validateTopologySpread(errors, spec.topologySpreadConstraints, rules.spread, `${path}.topologySpreadConstraints`)
  validateHostProcess(errors, spec, visit, path)
  if (spec.hostUsers === false) validateHostUsers(errors, spec, visit, path)
  if (spec.hostnameOverride !== undefined) validateHostname(errors, spec, spec.hostnameOverride, `${path}.hostnameOverride`)
  validateNames(errors, spec, path)
  if (spec.tolerations?.length) validateTolerations(errors, spec.tolerations, `${path}.tolerations`)
  spec.hostAliases?.forEach((alias, i) => {
    checkAddress(errors, `${path}.hostAliases[${i}].ip`, alias.ip ?? '')
    alias.hostnames?.forEach((name, j) => checkSubdomain(errors, name, `${path}.hostAliases[${i}].hostnames[${j}]`))
  })
  if (spec.priorityClassName) checkSubdomain(errors, spec.priorityClassName, `${path}.priorityClassName`)
  if (spec.runtimeClassName !== undefined) checkSubdomain(errors, spec.runtimeClassName, `${path}.runtimeClassName`)
  if (spec.preemptionPolicy !== undefined) {
    checkOneOf(errors, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], `${path}.preemptionPolicy`)
  }
  if (spec.overhead) validateResources(errors, { limits: spec.overhead }, { claims: noNames }, `${path}.overhead`)
  if (spec.os) validateOs(errors, spec, visit, path)
  validateFileKeyVolumes(errors, spec, visit)
}

function validateOs(errors: FieldError[], spec: PodSpec, visit: (f: (c: Container, path: string) => void) => void, path: string): void {
  const name = spec.os?.name
  if (!name) errors.push(required(`${path}.os.name`))
  else if (name !== 'linux' && name !== 'windows') errors.push(notSupported(`${path}.os`, name, ['linux', 'windows']))
  else validateForOs(errors, spec, visit, path)
}

function validateNames(errors: FieldError[], spec: PodSpec, path: string): void {
  const account = spec.serviceAccountName ?? ''
  if (account !== '') checkSubdomain(errors, account, `${path}.serviceAccountName`)
  if ((spec.serviceAccount ?? '') !== account) {
    const text = `must be the same as serviceAccountName: ${goQuote(account)}`
    errors.push(invalid(`${path}.deprecatedServiceAccount`, spec.serviceAccount ?? '', text))
  }
  if (spec.nodeName) checkSubdomain(errors, spec.nodeName, `${path}.nodeName`)
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) {
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, rangeText(1, 2147483647)))
  }
  if (spec.hostname) checkLabel(errors, spec.hostname, `${path}.hostname`)
  if (spec.subdomain) checkLabel(errors, spec.subdomain, `${path}.subdomain`)
}

function validateHostPorts(errors: FieldError[], spec: PodSpec, isPod: boolean, path: string): void {
  spec.containers?.forEach((c, i) => {
    c.ports?.forEach((p, j) => {
      const host = p.hostPort ?? 0
      if ((!isPod && host === 0) || host === (p.containerPort ?? 0)) return
      errors.push(invalid(`${path}[${i}].ports[${j}].hostPort`, host, 'must match `containerPort` when `hostNetwork` is true'))
    })
  })
}

function validateResourceClaims(errors: FieldError[], claims: readonly PodResourceClaim[], mirror: boolean, path: string): void {
  const seen = new Set<string>()
  claims.forEach((claim, i) => {
    const at = `${path}[${i}]`
    if (mirror) {
      errors.push(forbiddenField('[]', 'static pods do not support resource claims'))
      return
    }
    const { name = '', resourceClaimName, resourceClaimTemplateName } = claim
    if (name === '') errors.push(required(`${at}.name`))
    else if (seen.has(name)) errors.push(duplicate(`${at}.name`, name))
    else checkLabel(errors, name, `${at}.name`)
    if (name !== '') seen.add(name)
    const value = {
      Name: name,
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    }
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      errors.push(invalid(at, value, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'))
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      errors.push(invalid(at, value, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'))
    }
    if (resourceClaimName !== undefined) checkSubdomain(errors, resourceClaimName, `${at}.resourceClaimName`)
    if (resourceClaimTemplateName !== undefined) checkSubdomain(errors, resourceClaimTemplateName, `${at}.resourceClaimTemplateName`)
  })
}

function validateDns(errors: FieldError[], spec: PodSpec, path: string): void {
  const config = spec.dnsConfig
  if (spec.dnsPolicy === 'None') {
    if (!config) {
      errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'))
      return
    }
    if (!config.nameservers?.length) {
      errors.push(required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'))
      return
    }
  }
  if (!config) return
  const { nameservers = [], searches = [], options = [] } = config
  if (nameservers.length > 3) errors.push(invalid(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers'))
  nameservers.forEach((ns, i) => checkAddress(errors, `${path}.nameservers[${i}]`, ns))
  if (searches.length > 32) errors.push(invalid(`${path}.searches`, searches, 'must not have more than 32 search paths'))
  if (byteLength(searches.join(' ')) > 2048) {
    errors.push(invalid(`${path}.searches`, searches, 'must not have more than 2048 characters (including spaces) in the search list'))
  }
  searches.forEach((search, i) => {
    if (search === '.') return
    const name = search.endsWith('.') ? search.slice(0, -1) : search
    invalidTexts(errors, `${path}.searches[${i}]`, name, dns1123SubdomainWithUnderscoreErrors(name))
  })
  options.forEach((o, i) => {
    if (!o.name) errors.push(required(`${path}.options[${i}]`, 'must not be empty'))
  })
}

function validateSchedulingGates(errors: FieldError[], gates: readonly { name?: string }[], path: string): void {
  const seen = new Set<string>()
  gates.forEach(({ name = '' }, i) => {
    checkQualifiedName(errors, name, `${path}[${i}]`)
    if (seen.has(name)) errors.push(duplicate(`${path}[${i}]`, name))
    seen.add(name)
  })
}

function validateHostUsers(
  errors: FieldError[],
  spec: PodSpec,
  visit: (f: (c: Container, path: string) => void) => void,
  path: string,
): void {
  const text = 'when `hostUsers` is false'
  if (spec.hostNetwork) errors.push(forbiddenField(`${path}.hostNetwork`, text))
  if (spec.hostPID) errors.push(forbiddenField(`${path}.HostPID`, text))
  if (spec.hostIPC) errors.push(forbiddenField(`${path}.HostIPC`, text))
  visit((c, at) => {
    if (c.volumeDevices?.length) errors.push(forbiddenField(`${at}.volumeDevices`, text))
  })
}

function validateHostname(errors: FieldError[], spec: PodSpec, name: string, path: string): void {
  if (spec.setHostnameAsFQDN) errors.push(forbiddenField(path, 'may not be specified when setHostnameAsFQDN is true'))
  if (spec.hostNetwork) errors.push(forbiddenField(path, 'may not be specified when hostNetwork is true'))
  if (byteLength(name) > 64) errors.push(tooLong(path, 64))
  checkSubdomain(errors, name, path)
}

function validateFileKeyVolumes(errors: FieldError[], spec: PodSpec, visit: (f: (c: Container, path: string) => void) => void): void {
  // Of two volumes with one name the first counts.
  const volumes = new Map(spec.volumes?.toReversed().map((v) => [v.name ?? '', v]))
  visit((c, at) => {
    c.env?.forEach((e, i) => {
      const ref = e.valueFrom?.fileKeyRef
      if (!ref) return
      const path = `${at}.env[${i}].valueFrom.fileKeyRef.volumeName`
      const name = ref.volumeName ?? ''
      const volume = volumes.get(name)
      if (volume === undefined) errors.push(notFoundValue(path, name))
      else if (!volume.emptyDir) errors.push(invalid(path, name, 'referenced volume must be of type emptyDir'))
    })
  })
}
