import type { GroupResource, KubeObject } from '../machinery/types.ts'
import { qualified } from '../machinery/status.ts'
import { ONE, type Amounts } from './amounts.ts'
import type { Quota, ScopeSelector } from './quota.ts'

/** What an evaluator must know of a write. */
export interface CountedWrite {
  readonly operation: string
  readonly subresource: string
  readonly object: KubeObject | undefined
  readonly oldObject: KubeObject | undefined
}

/** What the objects of one kind use, and which quotas count it (apiserver `quota/v1/interfaces.go`). Objects are in the version that is stored. */
export interface Evaluator {
  readonly resource: GroupResource
  /** Whether a write may change what is used. */
  handles(write: CountedWrite): boolean
  /** Whether a quota's resource of that name is one that it counts. */
  counts(name: string): boolean
  /** Whether an object is in the scope; undefined for kinds that have no scopes, which none of them is. */
  inScope?(scope: ScopeSelector, obj: KubeObject): boolean
  /** What the object leaves out that it must say where these resources are limited; undefined: nothing. */
  missing?(required: readonly string[], obj: KubeObject): string | undefined
  usage(obj: KubeObject): Amounts
}

/** `count/pods`, `count/deployments.apps`. */
export const objectCountName = (resource: GroupResource): string => `count/${qualified(resource)}`

export const isCreate = ({ operation, subresource }: CountedWrite): boolean => operation === 'CREATE' && subresource === ''

/** Counts the objects of a kind. `alias`: the name that quotas of some kinds had before. */
export function objectCount(resource: GroupResource, alias?: string): Evaluator {
  const name = objectCountName(resource)
  const used: Amounts = new Map([[name, ONE], ...(alias === undefined ? [] : [[alias, ONE] as const])])
  return { resource, handles: isCreate, counts: (of) => used.has(of), usage: () => used }
}

/** Whether the quota counts anything of the object. */
export const matches = (e: Evaluator, { hard, scopes }: Quota, obj: KubeObject): boolean =>
  [...hard.keys()].some((name) => e.counts(name)) && scopes.every((scope) => e.inScope?.(scope, obj) === true)
