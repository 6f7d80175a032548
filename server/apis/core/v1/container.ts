import { emptyAt } from '../../../machinery/empty-fields.ts'
import { trimSpace } from '../../../machinery/trim-space.ts'
import {
  enoughErrors,
  duplicate,
  forbiddenField,
  invalid,
  notFoundValue,
  notSupported,
  required,
  tooMany,
  type FieldError,
} from '../../../machinery/field-errors.ts'
import { portNameErrors, portNumberErrors } from '../../../machinery/names.ts'
import { checkLabel, checkOneOf, invalidTexts } from './checks.ts'
import { validateEnv, validateEnvFrom } from './container-env.ts'
import { validateDevices, validateMounts, type VolumesByName } from './container-mounts.ts'
import { validateLifecycle, validateProbes } from './probe.ts'
import { validateResources } from './resources.ts'
import { validateSecurityContext } from './security-context.ts'
import type { Container, ContainerPort, EphemeralContainer, PodSpec } from './types.ts'

/** Containers of all three kinds (core/validation validateContainers, validateInitContainers, validateEphemeralContainers). */
export interface ContainerRules {
  spec: PodSpec
  volumes: VolumesByName
  /** Names in spec.resourceClaims. */
  claims: ReadonlySet<string>
  allowIndivisibleHugePages?: boolean | undefined
  /** Init containers that are no sidecars may keep a resize policy of RestartContainer that they had. */
  allowInitRestartContainer?: boolean | undefined
}

const pullPolicies = ['Always', 'IfNotPresent', 'Never']
const messagePolicies = ['File', 'FallbackToLogsOnError']
const protocols = ['SCTP', 'TCP', 'UDP']
const restartPolicies = ['Always', 'Never', 'OnFailure']
const ruleActions = ['Restart', 'RestartAllContainers']
const INIT_ONLY = 'may not be set for init containers without restartPolicy=Always'

function validatePorts(errors: FieldError[], ports: readonly ContainerPort[] | undefined, path: string): void {
  if (!ports?.length) return
  const names = new Set<string>()
  for (let i = 0; i < ports.length; i++) {
    const port = ports[i]!
    // Go reuses the index variable for the texts of a bad name, but the path was made before.
    const at = `${path}[${i}]`
    if (port.name) {
      const texts = portNameErrors(port.name)
      if (texts.length > 0) invalidTexts(errors, `${at}.name`, port.name, texts)
      else if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name))
      else names.add(port.name)
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`))
    else invalidTexts(errors, `${at}.containerPort`, port.containerPort, portNumberErrors(port.containerPort))
    if (port.hostPort) invalidTexts(errors, `${at}.hostPort`, port.hostPort, portNumberErrors(port.hostPort))
    checkOneOf(errors, port.protocol, protocols, `${at}.protocol`)
  }
}

function validateResizePolicy(errors: FieldError[], container: Container, podPolicy: string | undefined, path: string): void {
  const seen = new Set<string>()
  container.resizePolicy?.forEach((p, i) => {
    const name = p.resourceName ?? ''
    if (seen.has(name)) errors.push(duplicate(`${path}[${i}]`, name))
    seen.add(name)
    checkOneOf(errors, name, ['cpu', 'memory'], path)
    checkOneOf(errors, p.restartPolicy, ['NotRequired', 'RestartContainer'], path)
    if (podPolicy === 'Never' && p.restartPolicy !== 'NotRequired') {
      errors.push(invalid(path, p.restartPolicy ?? '', "must be 'NotRequired' when pod `restartPolicy` is 'Never'"))
    }
  })
}

function validateCommon(errors: FieldError[], c: Container, rules: ContainerRules, path: string): void {
  if (!c.name) errors.push(required(`${path}.name`))
  else checkLabel(errors, c.name, `${path}.name`)
  if (!c.image) errors.push(required(`${path}.image`))
  checkOneOf(errors, c.terminationMessagePolicy, messagePolicies, `${path}.terminationMessagePolicy`)
  validatePorts(errors, c.ports, `${path}.ports`)
  validateEnv(errors, c.env, `${path}.env`)
  validateEnvFrom(errors, c.envFrom, `${path}.envFrom`)
  validateMounts(errors, c, rules.volumes, `${path}.volumeMounts`)
  validateDevices(errors, c, rules.volumes, `${path}.volumeDevices`)
  checkOneOf(errors, c.imagePullPolicy, pullPolicies, `${path}.imagePullPolicy`)
  validateResources(errors, c.resources, rules, `${path}.resources`)
  validateResizePolicy(errors, c, rules.spec.restartPolicy, `${path}.resizePolicy`)
  validateSecurityContext(errors, c.securityContext, rules.spec.hostUsers !== false, `${path}.securityContext`)
}

const POLICY_FOR_RULES = 'must specify restartPolicy when restart rules are used'

function validateRestartPolicy(errors: FieldError[], c: Container, path: string): void {
  const rules = c.restartPolicyRules ?? []
  if (c.restartPolicy === undefined) {
    if (rules.length === 0) return
    errors.push(required(`${path}.restartPolicy`, POLICY_FOR_RULES))
  } else if (!restartPolicies.includes(c.restartPolicy)) {
    errors.push(notSupported(`${path}.restartPolicy`, c.restartPolicy, restartPolicies))
  }
  if (rules.length > 20) errors.push(tooMany(`${path}.restartPolicyRules`, rules.length, 20))
  rules.forEach((rule, i) => {
    const at = `${path}.restartPolicyRules[${i}]`
    if (!ruleActions.includes(rule.action ?? '')) errors.push(notSupported(`${at}.action`, rule.action ?? '', ruleActions))
    if (!rule.exitCodes) {
      errors.push(required(`${at}.exitCodes`, 'must be specified'))
      return
    }
    const { operator = '', values = [] } = rule.exitCodes
    if (operator !== 'In' && operator !== 'NotIn') errors.push(notSupported(`${at}.exitCodes.operator`, operator, ['In', 'NotIn']))
    if (values.length > 255) errors.push(tooMany(`${at}.exitCodes.values`, values.length, 255))
  })
}

function validateHostPortsUnique(errors: FieldError[], containers: readonly Container[], path: string): void {
  let seen: Set<string> | undefined
  containers.forEach((c, i) => {
    c.ports?.forEach((p, j) => {
      if (!p.hostPort) return
      const key = `${p.protocol ?? ''}/${p.hostIP ?? ''}/${p.hostPort}`
      seen ??= new Set()
      if (seen.has(key)) errors.push(duplicate(`${path}[${i}].ports[${j}].hostPort`, key))
      seen.add(key)
    })
  })
}

export function validateContainers(errors: FieldError[], rules: ContainerRules, path: string): void {
  const containers = rules.spec.containers ?? []
  if (containers.length === 0) {
    errors.push(required(path))
    return
  }
  const names = new Set<string>()
  for (let i = 0; i < containers.length; i++) {
    const c = containers[i]!
    const at = `${path}[${i}]`
    validateCommon(errors, c, rules, at)
    const name = c.name ?? ''
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    names.add(name)
    if (c.lifecycle) validateLifecycle(errors, c.lifecycle, rules.spec.terminationGracePeriodSeconds, `${at}.lifecycle`)
    validateProbes(errors, c, at)
    validateRestartPolicy(errors, c, at)
    if (enoughErrors(errors)) return
  }
  validateHostPortsUnique(errors, containers, path)
}

export function validateInitContainers(errors: FieldError[], rules: ContainerRules, path: string): void {
  const names = new Set((rules.spec.containers ?? []).map((c) => c.name ?? ''))
  rules.spec.initContainers?.forEach((c, i) => {
    if (enoughErrors(errors)) return
    const at = `${path}[${i}]`
    validateCommon(errors, c, rules, at)
    // Rules without a policy are not looked at, where those of other containers are.
    if (c.restartPolicy !== undefined) validateRestartPolicy(errors, c, at)
    else if ((c.restartPolicyRules ?? []).length > 0) errors.push(required(`${at}.restartPolicy`, POLICY_FOR_RULES))
    if (names.has(c.name ?? '')) errors.push(duplicate(`${at}.name`, c.name ?? ''))
    else if (c.name) names.add(c.name)
    // Upstream hands one container over under the list's path, so the index is always 0.
    validateHostPortsUnique(errors, [c], path)
    if (c.restartPolicy === 'Always') {
      if (c.lifecycle) validateLifecycle(errors, c.lifecycle, rules.spec.terminationGracePeriodSeconds, `${at}.lifecycle`)
      validateProbes(errors, c, at)
      return
    }
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (c[field]) errors.push(forbiddenField(`${at}.${field}`, INIT_ONLY))
    }
    if (rules.allowInitRestartContainer) return
    c.resizePolicy?.forEach((p, j) => {
      if (p.restartPolicy !== 'RestartContainer') return
      const text = "must not be set to 'RestartContainer' for non-sidecar initContainers"
      errors.push(invalid(`${at}.resizePolicy[${j}].restartPolicy`, p.restartPolicy, text))
    })
  })
}

// Go's order of the fields that an ephemeral container may not have.
const notEphemeral = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

/** Go's zero value of a container's field: what is sent empty is set, but for resources, which are no pointer. */
function isZero(holder: object, field: string): boolean {
  const value = (holder as Readonly<Record<string, unknown>>)[field] ?? emptyAt(holder, field)
  if (value === undefined) return true
  return field === 'resources' && ['limits', 'requests', 'claims'].every((part) => isZero(value as object, part))
}

export function validateEphemeralContainers(errors: FieldError[], rules: ContainerRules, path: string): void {
  const list = rules.spec.ephemeralContainers
  if (!list?.length) return
  const others = new Set([...(rules.spec.containers ?? []), ...(rules.spec.initContainers ?? [])].map((c) => c.name ?? ''))
  const names = new Set(others)
  list.forEach((c: EphemeralContainer, i) => {
    const at = `${path}[${i}]`
    validateCommon(errors, c, rules, at)
    validateImageSpaces(errors, c, at)
    if (names.has(c.name ?? '')) errors.push(duplicate(`${at}.name`, c.name ?? ''))
    names.add(c.name ?? '')
    const target = c.targetContainerName
    if (target && !others.has(target)) errors.push(notFoundValue(`${at}.targetContainerName`, target))
    for (const field of notEphemeral) {
      if (!isZero(c, field)) errors.push(forbiddenField(`${at}.${field}`, 'cannot be set for an Ephemeral Container'))
    }
    c.volumeMounts?.forEach((m, j) => {
      for (const field of ['subPath', 'subPathExpr'] as const) {
        if (m[field]) errors.push(forbiddenField(`${at}.volumeMounts[${j}].${field}`, 'cannot be set for an Ephemeral Container'))
      }
    })
  })
}

/** Pods, unlike templates, refuse spaces around an image. */
export function validateImageSpaces(errors: FieldError[], c: Container, path: string): void {
  if (c.image !== undefined && c.image.length !== trimSpace(c.image).length) {
    errors.push(invalid(`${path}.image`, c.image, 'must not have leading or trailing whitespace'))
  }
}

/** Runs over init containers, containers and ephemeral containers, with their paths. */
export function visitContainers(spec: PodSpec, path: string, f: (c: Container, path: string) => void): void {
  spec.initContainers?.forEach((c, i) => f(c, `${path}.initContainers[${i}]`))
  spec.containers?.forEach((c, i) => f(c, `${path}.containers[${i}]`))
  spec.ephemeralContainers?.forEach((c, i) => f(c, `${path}.ephemeralContainers[${i}]`))
}
