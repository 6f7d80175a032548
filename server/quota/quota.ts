import type { ResourceList } from '../apis/core/v1/types.ts'
import { objectAt, objectsAt, textAt, textsAt } from '../machinery/json-walk.ts'
import type { KubeObject } from '../machinery/types.ts'
import { amountsOf, type Amounts } from './amounts.ts'

/** core/v1 ScopedResourceSelectorRequirement. */
export interface ScopeSelector {
  readonly scopeName: string
  readonly operator: string
  readonly values: readonly string[]
}

/** A ResourceQuota as it is counted against: read of its object once. */
export interface Quota {
  readonly namespace: string
  readonly name: string
  /** What its controller has taken over of the spec. */
  readonly hard: Amounts
  readonly used: Amounts
  /** All of them must match. */
  readonly scopes: readonly ScopeSelector[]
}

export function quotaOf(obj: KubeObject): Quota {
  const { namespace = '', name = '' } = obj.metadata
  const amounts = (path: string): Amounts => amountsOf(objectAt(obj, path) as ResourceList | undefined)
  return { namespace, name, hard: amounts('status.hard'), used: amounts('status.used'), scopes: scopesOf(obj) }
}

export function scopesOf(obj: KubeObject): ScopeSelector[] {
  const scopes = textsAt(obj, 'spec.scopes').map((scopeName) => ({ scopeName, operator: 'Exists', values: [] }))
  const selectors = objectsAt(obj, 'spec.scopeSelector.matchExpressions').map((item) => ({
    scopeName: textAt(item, 'scopeName'),
    operator: textAt(item, 'operator'),
    values: textsAt(item, 'values'),
  }))
  return [...scopes, ...selectors]
}

/** Whether one of the names that an object has of a kind is selected; without a name, whether that is. */
export function selects({ operator, values }: ScopeSelector, names: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return names.some((name) => values.includes(name))
    case 'NotIn':
      return names.length === 0 || names.some((name) => !values.includes(name))
    case 'Exists':
      return names.length > 0
    case 'DoesNotExist':
      return names.length === 0
    default:
      return false
  }
}
