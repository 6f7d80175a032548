import { goQuote } from '../../machinery/go-quote.ts'
import type { PodSpec, SeccompProfile } from '../core/v1/types.ts'
import { containersOf, containersWhere, named, plural, quoted, setters, sorted, type PodCheck, type Violation } from './check.ts'

/** Seccomp at both levels: annotations up to 1.18, fields from 1.19 on. */

const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod'
const CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/'
const allowedValue = (v: string): boolean => v === 'runtime/default' || v === 'docker/default' || v.startsWith('localhost/')
const allowedType = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost'

export const annotatedSeccomp: PodCheck = ({ annotations = {} }, spec) => {
  const bad = new Set<string>()
  for (const key of [POD_ANNOTATION, ...containersOf(spec).map((c) => CONTAINER_ANNOTATION + (c.name ?? ''))]) {
    if (!Object.hasOwn(annotations, key)) continue
    const value = annotations[key]!
    if (!allowedValue(value)) bad.add(`${key}=${goQuote(value)}`)
  }
  if (bad.size === 0) return undefined
  return { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', bad.size)} ${sorted(bad).join(', ')}` }
}

const isBad = (profile: SeccompProfile | undefined): boolean => profile !== undefined && !allowedType(profile.type)

function explicit(spec: PodSpec): Violation | undefined {
  const types = new Set<string>()
  const bad = (profile: SeccompProfile | undefined): boolean => {
    if (!isBad(profile)) return false
    types.add(profile?.type ?? '')
    return true
  }
  const pod = bad(spec.securityContext?.seccompProfile)
  const who = setters(
    pod,
    containersWhere(spec, (c) => bad(c.securityContext?.seccompProfile)),
  )
  if (who === '') return undefined
  return { reason: 'seccompProfile', detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(sorted(types))}` }
}

export const seccompBaseline: PodCheck = (_, spec) => explicit(spec)

/** Here a profile has to be there, the pod's or the container's. */
export const seccompRestricted: PodCheck = (_, spec) => {
  const bad = explicit(spec)
  if (bad !== undefined) return bad
  if (allowedType(spec.securityContext?.seccompProfile?.type)) return undefined
  const containers = containersWhere(spec, (c) => c.securityContext?.seccompProfile === undefined)
  if (containers.length === 0) return undefined
  const must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
  return { reason: 'seccompProfile', detail: `pod or ${named('container', containers)} ${must}` }
}
