import { trimSpace } from '../../../machinery/trim-space.ts'
import { duplicate, forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { byteLength } from '../../../machinery/names.ts'
import { checkDescendingPath, checkId, checkMaxBytes } from './checks.ts'
import { internalValue } from './internal-form.ts'
import type { PodSecurityContext, PodSpec, SeccompProfile, SecurityContext } from './types.ts'
import { validateWindowsOptions } from './windows.ts'

/** securityContext of containers and pods (core/validation ValidateSecurityContext, validatePodSpecSecurityContext). */
const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SYSCTL = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`
const sysctl = new RegExp(SYSCTL)
const ipcSysctls = new Set([
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
  'kernel.shm',
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.msg',
])

export function validateSecurityContext(errors: FieldError[], sc: SecurityContext | undefined, hostUsers: boolean, path: string): void {
  if (!sc) return
  checkId(errors, sc.runAsUser, `${path}.runAsUser`)
  checkId(errors, sc.runAsGroup, `${path}.runAsGroup`)
  if (sc.procMount !== undefined) {
    if (sc.procMount !== 'Default' && sc.procMount !== 'Unmasked') {
      errors.push(notSupported(`${path}.procMount`, sc.procMount, ['Default', 'Unmasked']))
    }
    if (hostUsers && sc.procMount === 'Unmasked') {
      errors.push(invalid(`${path}.procMount`, sc.procMount, '`hostUsers` must be false to use `Unmasked`'))
    }
  }
  validateSeccomp(errors, sc.seccompProfile, `${path}.seccompProfile`)
  if (sc.allowPrivilegeEscalation === false) {
    const value = (): unknown => internalValue('SecurityContext', sc)
    if (sc.privileged) errors.push(invalid(path, value(), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'))
    for (const capability of sc.capabilities?.add ?? []) {
      if (capability !== 'CAP_SYS_ADMIN') continue
      errors.push(invalid(path, value(), 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'))
    }
  }
  validateWindowsOptions(errors, sc.windowsOptions, `${path}.windowsOptions`)
  validateAppArmor(errors, sc.appArmorProfile, `${path}.appArmorProfile`)
}

export function validateSeccomp(errors: FieldError[], profile: SeccompProfile | undefined, path: string): void {
  if (!profile) return
  const { type, localhostProfile } = profile
  if (!type) errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'))
  else if (!profileTypes.includes(type)) errors.push(notSupported(`${path}.type`, type, profileTypes))
  if (type === 'Localhost') {
    if (localhostProfile === undefined) errors.push(required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost'))
    else checkDescendingPath(errors, localhostProfile, `${path}.localhostProfile`)
  } else if (localhostProfile !== undefined) {
    const value = { Type: type ?? '', LocalhostProfile: localhostProfile }
    errors.push(invalid(`${path}.localhostProfile`, value, 'can only be set when seccomp type is Localhost'))
  }
}

export function validateAppArmor(errors: FieldError[], profile: SeccompProfile | undefined, path: string): void {
  if (!profile) return
  const { type, localhostProfile } = profile
  const at = `${path}.localhostProfile`
  if (!type) errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'))
  else if (!profileTypes.includes(type)) errors.push(notSupported(`${path}.type`, type, profileTypes))
  else if (type !== 'Localhost') {
    if (localhostProfile !== undefined) errors.push(invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost'))
  } else if (localhostProfile === undefined) errors.push(required(at, 'must be set when AppArmor type is Localhost'))
  else {
    if (trimSpace(localhostProfile) !== localhostProfile) errors.push(invalid(at, localhostProfile, 'must not be padded with whitespace'))
    else if (localhostProfile === '') errors.push(required(at, 'must be set when AppArmor type is Localhost'))
    checkMaxBytes(errors, localhostProfile, 4095, at)
  }
}

function oneOf(errors: FieldError[], value: string | undefined, allowed: readonly string[], path: string): void {
  if (value !== undefined && !allowed.includes(value)) errors.push(notSupported(path, value, allowed))
}

export function validatePodSecurityContext(
  errors: FieldError[],
  sc: PodSecurityContext | undefined,
  spec: PodSpec,
  allowHostSysctls: boolean,
  path: string,
): void {
  if (!sc) return
  checkId(errors, sc.fsGroup, `${path}.fsGroup`)
  checkId(errors, sc.runAsUser, `${path}.runAsUser`)
  checkId(errors, sc.runAsGroup, `${path}.runAsGroup`)
  sc.supplementalGroups?.forEach((gid, i) => checkId(errors, gid, `${path}.supplementalGroups[${i}]`))
  validateSysctls(errors, sc, spec, allowHostSysctls, `${path}.sysctls`)
  oneOf(errors, sc.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${path}.fsGroupChangePolicy`)
  validateSeccomp(errors, sc.seccompProfile, `${path}.seccompProfile`)
  validateWindowsOptions(errors, sc.windowsOptions, `${path}.windowsOptions`)
  validateAppArmor(errors, sc.appArmorProfile, `${path}.appArmorProfile`)
  oneOf(errors, sc.supplementalGroupsPolicy, ['Merge', 'Strict'], `${path}.supplementalGroupsPolicy`)
  oneOf(errors, sc.seLinuxChangePolicy, ['MountOption', 'Recursive'], `${path}.seLinuxChangePolicy`)
}

/** Why a sysctl may not be set in a pod that shares the host's namespace, if so. */
export function hostSysctlError(name: string, spec: PodSpec): string | undefined {
  // net/ipv4/x and net.ipv4.x name the same; which separator comes first decides.
  const slashed = /^[^./]*\//.test(name)
  const dotted = slashed ? name.replace(/[./]/g, (c) => (c === '.' ? '/' : '.')) : name
  if (spec.hostNetwork && dotted.startsWith('net.')) return "may not be specified when 'hostNetwork' is true"
  if (spec.hostIPC && (ipcSysctls.has(dotted) || dotted.startsWith('fs.mqueue.'))) return "may not be specified when 'hostIPC' is true"
  return undefined
}

function validateSysctls(errors: FieldError[], sc: PodSecurityContext, spec: PodSpec, allowHost: boolean, path: string): void {
  if (!sc.sysctls?.length) return
  const seen = new Set<string>()
  sc.sysctls.forEach((s, i) => {
    const at = `${path}[${i}].name`
    const name = s.name ?? ''
    if (name === '') errors.push(required(at))
    else if (byteLength(name) > 253 || !sysctl.test(name)) {
      errors.push(invalid(at, name, `must have at most 253 characters and match regex ${SYSCTL}`))
    } else if (seen.has(name)) errors.push(duplicate(at, name))
    const why = allowHost ? undefined : hostSysctlError(name, spec)
    if (why !== undefined) errors.push(invalid(at, name, why))
    seen.add(name)
  })
}

const WINDOWS_TEXT = 'cannot be set for a windows pod'
const podFieldsForWindows = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
]
const containerFieldsForWindows = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
]

const isSet = (v: unknown): boolean => v !== undefined && v !== null && !(Array.isArray(v) && v.length === 0)

function forbid(errors: FieldError[], value: object | undefined, fields: readonly string[], text: string, path: string): void {
  if (!value) return
  for (const field of fields) if (isSet((value as Record<string, unknown>)[field])) errors.push(forbiddenField(`${path}.${field}`, text))
}

/** What a pod for Linux or Windows may not set; `visit` runs over the containers in upstream's order. */
export function validateForOs(
  errors: FieldError[],
  spec: PodSpec,
  visit: (f: (c: { securityContext?: SecurityContext }, path: string) => void) => void,
  path: string,
): void {
  if (spec.os?.name === 'linux') {
    const text = 'windows options cannot be set for a linux pod'
    forbid(errors, spec.securityContext, ['windowsOptions'], text, `${path}.securityContext`)
    visit((c, at) => forbid(errors, c.securityContext, ['windowsOptions'], text, `${at}.securityContext`))
    return
  }
  forbid(errors, spec.securityContext, podFieldsForWindows, WINDOWS_TEXT, `${path}.securityContext`)
  if (spec.hostUsers !== undefined) errors.push(forbiddenField(`${path}.hostUsers`, WINDOWS_TEXT))
  if (spec.hostPID) errors.push(forbiddenField(`${path}.hostPID`, WINDOWS_TEXT))
  if (spec.hostIPC) errors.push(forbiddenField(`${path}.hostIPC`, WINDOWS_TEXT))
  if (spec.shareProcessNamespace !== undefined) errors.push(forbiddenField(`${path}.shareProcessNamespace`, WINDOWS_TEXT))
  visit((c, at) => forbid(errors, c.securityContext, containerFieldsForWindows, WINDOWS_TEXT, `${at}.securityContext`))
}
