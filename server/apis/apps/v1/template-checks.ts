import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { numberAt, objectAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { checkNotNegative } from '../../core/v1/checks.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { PodTemplateSpec } from '../../core/v1/types.ts'
import { selectsAll } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE, validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'
import { selectorValue, unselected } from './workload.ts'

/** What workloads say of the template and selector of their pods (apis/apps and apis/batch, validation). */
export const templateOf = (spec: JsonObject | undefined): PodTemplateSpec => (objectAt(spec, 'template') ?? {}) as PodTemplateSpec

export const oldTemplateOf = (spec: JsonObject | undefined): PodTemplateSpec | undefined =>
  spec === undefined ? undefined : templateOf(spec)

export function checkCounts(errors: FieldError[], spec: JsonObject | undefined, at: string, keys: readonly string[]): void {
  for (const key of keys) checkNotNegative(errors, numberAt(spec, key), `${at}.${key}`)
}

export function checkSelects(errors: FieldError[], spec: JsonObject | undefined): void {
  const template = templateOf(spec)
  if (!selectsAll(objectAt(spec, 'selector'), template.metadata?.labels)) errors.push(unselected(template))
}

export function checkSelectorKept(errors: FieldError[], spec: JsonObject | undefined, old: JsonObject | undefined): void {
  if (old === undefined || semanticEqual(spec?.selector, old.selector)) return
  const selector = spec?.selector as LabelSelector | undefined
  errors.push(invalid('spec.selector', selector ? selectorValue(selector) : null, IMMUTABLE))
}

/** What both sets say of their selector; false when it cannot be used. */
export function checkSetSelector(errors: FieldError[], spec: JsonObject | undefined, kind: string): boolean {
  const selector = objectAt(spec, 'selector') as LabelSelector | undefined
  const before = errors.length
  validateLabelSelector(errors, selector, 'spec.selector')
  const usable = errors.length === before
  if (selector && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0)
    errors.push(invalid('spec.selector', selectorValue(selector), `empty selector is invalid for ${kind}`))
  if (usable) checkSelects(errors, spec)
  return usable
}

/** How often a name was taken is never counted down. */
export function checkCollisions(errors: FieldError[], obj: JsonObject, old: JsonObject | undefined): void {
  const [now, before] = [numberAt(obj, 'status.collisionCount'), numberAt(old, 'status.collisionCount')]
  if (before !== undefined && (now === undefined || now < before))
    errors.push(invalid('status.collisionCount', now ?? 0, 'cannot be decremented'))
}
