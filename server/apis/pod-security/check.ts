import type { Container, PodSpec } from '../core/v1/types.ts'
import type { ObjectMeta } from '../../machinery/types.ts'

/** Why a pod is not as a check wants it (k8s.io/pod-security-admission `policy/checks.go`). */
export interface Violation {
  /** In short: `host namespaces`. */
  readonly reason: string
  /** Which containers, values or volumes; may be empty. */
  readonly detail: string
}

/** Undefined: nothing against the pod. */
export type PodCheck = (metadata: Pick<ObjectMeta, 'annotations'>, spec: PodSpec) => Violation | undefined

export interface Check {
  readonly id: string
  /** Each is asked from its version of the standards on (`since` is the minor of 1.x), until the next. */
  readonly versions: readonly { readonly since: number; readonly check: PodCheck }[]
  /** Baseline checks that need not be asked where this one is. */
  readonly overrides?: string
}

/** All containers of a pod in the order in which they are spoken of. */
export function containersOf(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])]
}

/** Names of the containers of which something is true. */
export const containersWhere = (spec: PodSpec, bad: (c: Container) => boolean): string[] =>
  containersOf(spec)
    .filter(bad)
    .map((c) => c.name ?? '')

export const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`)

/** `"a", "b"`, as they are. */
export const quoted = (items: readonly string[]): string => (items.length === 0 ? '' : `"${items.join('", "')}"`)

/** `container "a"`, `containers "a", "b"`. */
export const named = (word: string, names: readonly string[]): string => `${plural(word, names.length)} ${quoted(names)}`

export const uses = (count: number): string => (count === 1 ? 'uses' : 'use')

/** In the order of Go's strings. */
export const sorted = (values: ReadonlySet<string>): string[] =>
  [...values].sort((a, b) => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))))

/** `pod and containers "a", "b"`: who sets what may not be set; empty when nobody does. */
export const setters = (pod: boolean, containers: readonly string[], ...more: readonly string[]): string =>
  [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [named('container', containers)] : []), ...more].join(' and ')

export const isWindows = (spec: PodSpec): boolean => spec.os?.name === 'windows'

/** A pod with a user namespace of its own (KEP-127): root in it is nobody outside. */
export const inUserNamespace = (spec: PodSpec): boolean => spec.hostUsers === false

export const unlessWindows =
  (check: PodCheck): PodCheck =>
  (metadata, spec) =>
    isWindows(spec) ? undefined : check(metadata, spec)

export const unlessInUserNamespace =
  (check: PodCheck): PodCheck =>
  (metadata, spec) =>
    inUserNamespace(spec) ? undefined : check(metadata, spec)
