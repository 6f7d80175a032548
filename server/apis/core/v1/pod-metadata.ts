import { goQuote } from '../../../machinery/go-quote.ts'
import { forbiddenField, invalid, type FieldError } from '../../../machinery/field-errors.ts'
import type { ObjectMeta } from '../../../machinery/types.ts'
import { checkDescendingPath } from './checks.ts'
import { visitContainers } from './container.ts'
import { validateTolerations } from './tolerations.ts'
import type { PodSpec, SeccompProfile, Toleration } from './types.ts'

/** Annotations of pods and templates that mean something (core/validation ValidatePodSpecificAnnotations). */
export const MIRROR_POD = 'kubernetes.io/config.mirror'
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations'
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/'
const APPARMOR_CONTAINER = 'container.apparmor.security.beta.kubernetes.io/'

const cost = /^(?:0|-\d+|[1-9]\d*)$/

/** The pod-deletion-cost annotation is a 32-bit integer. */
export function validDeletionCost(annotations: Record<string, string> | undefined): boolean {
  const text = annotations?.[DELETION_COST]
  if (text === undefined) return true
  if (!cost.test(text)) return false
  const n = Number(text)
  return n >= -2147483648 && n <= 2147483647
}

export function validatePodAnnotations(
  errors: FieldError[],
  annotations: Record<string, string> | undefined,
  spec: PodSpec,
  allowInvalidCost: boolean,
  path: string,
): void {
  if (!annotations) return
  const mirror = annotations[MIRROR_POD]
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalid(`${path}[${MIRROR_POD}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'))
  }
  if (annotations[TOLERATIONS]) validateTolerationsAnnotation(errors, annotations[TOLERATIONS], path)
  if (!allowInvalidCost && !validDeletionCost(annotations)) {
    errors.push(invalid(`${path}[${DELETION_COST}]`, annotations[DELETION_COST], 'must be a 32bit integer'))
  }
  if (annotations[SECCOMP_POD] !== undefined) validateSeccompText(errors, annotations[SECCOMP_POD], `${path}.${SECCOMP_POD}`)
  const ofAppArmor: string[] = []
  for (const key in annotations) {
    if (key.startsWith(SECCOMP_CONTAINER)) validateSeccompText(errors, annotations[key]!, `${path}.${key}`)
    else if (key.startsWith(APPARMOR_CONTAINER)) ofAppArmor.push(key)
  }
  for (const key of ofAppArmor) validateAppArmorAnnotation(errors, key, annotations[key]!, spec, path)
}

function validateTolerationsAnnotation(errors: FieldError[], text: string, path: string): void {
  let list: Toleration[]
  try {
    list = JSON.parse(text) as Toleration[]
  } catch (e) {
    errors.push(invalid(path, TOLERATIONS, e instanceof Error ? e.message : String(e)))
    return
  }
  if (Array.isArray(list)) validateTolerations(errors, list, `${path}.${TOLERATIONS}`)
}

function validateSeccompText(errors: FieldError[], text: string, path: string): void {
  if (text === 'runtime/default' || text === 'docker/default' || text === 'unconfined') return
  if (text.startsWith('localhost/')) checkDescendingPath(errors, text.slice('localhost/'.length), path)
  else errors.push(invalid(path, text, 'must be a valid seccomp profile'))
}

function validateAppArmorAnnotation(errors: FieldError[], key: string, text: string, spec: PodSpec, path: string): void {
  const name = key.slice(APPARMOR_CONTAINER.length)
  let found = false
  visitContainers(spec, '', (c) => {
    if (c.name === name) found = true
  })
  if (!found) errors.push(invalid(`${path}[${key}]`, name, 'container not found'))
  if (['', 'runtime/default', 'unconfined'].includes(text) || text.startsWith('localhost/')) return
  errors.push(invalid(`${path}[${key}]`, text, `invalid AppArmor profile name: ${goQuote(text)}`))
}

/** The deprecated seccomp and AppArmor annotations must agree with the fields when both are given at creation. */
export function validateProfilesMatch(errors: FieldError[], meta: ObjectMeta, spec: PodSpec, path: string): void {
  const annotations = meta.annotations
  if (!annotations) return
  const seccomp = spec.securityContext?.seccompProfile
  if (seccomp) matchProfile(errors, annotations[SECCOMP_POD], seccomp, 'seccomp', `${path}.securityContext.seccompProfile`)
  visitContainers(spec, path, (c, at) => {
    const own = c.securityContext?.seccompProfile
    if (own) matchProfile(errors, annotations[SECCOMP_CONTAINER + (c.name ?? '')], own, 'seccomp', `${at}.securityContext.seccompProfile`)
  })
  if (spec.os?.name === 'windows') return
  visitContainers(spec, path, (c, at) => {
    const profile = c.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile
    if (profile)
      matchProfile(errors, annotations[APPARMOR_CONTAINER + (c.name ?? '')], profile, 'apparmor', `${at}.securityContext.appArmorProfile`)
  })
}

function matchProfile(
  errors: FieldError[],
  annotation: string | undefined,
  profile: SeccompProfile,
  what: 'seccomp' | 'apparmor',
  path: string,
): void {
  if (annotation === undefined) return
  const texts: Record<string, string[]> = {
    Unconfined: ['unconfined'],
    RuntimeDefault: what === 'seccomp' ? ['runtime/default', 'docker/default'] : ['runtime/default'],
  }
  const typeText = `${what} type in annotation and field must match`
  if (profile.type === 'Localhost') {
    if (!annotation.startsWith('localhost/')) errors.push(forbiddenField(`${path}.type`, typeText))
    else if (annotation.slice('localhost/'.length) !== profile.localhostProfile) {
      errors.push(forbiddenField(`${path}.localhostProfile`, `${what} profile in annotation and field must match`))
    }
  } else if (texts[profile.type ?? '']?.includes(annotation) === false) errors.push(forbiddenField(`${path}.type`, typeText))
}

/** What an update may not do with annotations. */
export function validateAnnotationUpdates(
  errors: FieldError[],
  now: Record<string, string> | undefined,
  old: Record<string, string> | undefined,
  path: string,
): void {
  for (const key in old) {
    if (now?.[key] === old[key]) continue
    if (key.startsWith(APPARMOR_CONTAINER)) errors.push(forbiddenField(`${path}[${key}]`, 'may not remove or update AppArmor annotations'))
    if (key === MIRROR_POD) errors.push(forbiddenField(`${path}[${key}]`, 'may not remove or update mirror pod annotation'))
  }
  for (const key in now) {
    if (old?.[key] !== undefined) continue
    if (key.startsWith(APPARMOR_CONTAINER)) errors.push(forbiddenField(`${path}[${key}]`, 'may not add AppArmor annotations'))
    if (key === MIRROR_POD) errors.push(forbiddenField(`${path}[${key}]`, 'may not add mirror pod annotation'))
  }
}

const FINALIZER_TEXT = 'name is neither a standard finalizer name nor is it fully qualified'
const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

/** Kinds of the core and apps groups want finalizers with a domain, beyond what every object's metadata has to satisfy. */
export function validateKubeFinalizers(
  errors: FieldError[],
  finalizers: readonly string[] | undefined,
  path = 'metadata.finalizers',
): void {
  finalizers?.forEach((f, i) => {
    if (!f.includes('/') && !standardFinalizers.has(f)) errors.push(invalid(`${path}[${i}]`, f, FINALIZER_TEXT))
  })
}
