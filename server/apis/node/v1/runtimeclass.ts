import { ownValue } from '../../../machinery/own.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { deprecatedNodeLabels } from '../../core/v1/pod-warnings.ts'
import { duplicate, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, objectAt, objectsAt, textAt } from '../../../machinery/json-walk.ts'
import { dns1123LabelErrors, shortNameErrors } from '../../../machinery/names.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { internalValue } from '../../core/v1/internal-form.ts'
import { validateResources } from '../../core/v1/resources.ts'
import { validateTolerations } from '../../core/v1/tolerations.ts'
import type { ResourceList, Toleration } from '../../core/v1/types.ts'
import { validateLabels } from '../../meta/v1/validation.ts'
import { checkImmutable, checkRequired, type Validation } from '../../meta/v1/json-checks.ts'

/** Runtime classes (apis/node, validation). */
export const validateRuntimeClass: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const handler = textAt(obj, 'handler')
  // The rule that stands with the type ends at a handler that has changed.
  const rule = old === undefined ? shortNameErrors : dns1123LabelErrors
  if (checkRequired(errors, obj, 'handler')) invalidTexts(errors, 'handler', handler, rule(handler))
  checkImmutable(errors, obj, old, ['handler'], { printed: false })
  const overhead = objectAt(obj, 'overhead')
  if (overhead !== undefined) validateResources(errors, { limits: overhead.podFixed as ResourceList }, { claims: new Set() }, 'overhead')
  const scheduling = objectAt(obj, 'scheduling')
  if (isSet(scheduling, 'nodeSelector'))
    validateLabels(errors, scheduling!.nodeSelector as Record<string, string>, 'scheduling.nodeSelector')
  checkTolerations(errors, objectsAt(scheduling, 'tolerations') as Toleration[], 'scheduling.tolerations')
  return errors
}

function checkTolerations(errors: FieldError[], tolerations: readonly Toleration[], path: string): void {
  validateTolerations(errors, tolerations, path)
  const seen = new Set<string>()
  tolerations.forEach((t, i) => {
    const key = JSON.stringify([t.key ?? '', t.operator ?? '', t.value ?? '', t.effect ?? ''])
    if (seen.has(key)) errors.push(duplicate(`${path}[${i}]`, internalValue('Toleration', t)))
    seen.add(key)
  })
}

export function* runtimeClassWarnings(obj: KubeObject): IterableIterator<string> {
  for (const key in objectAt(obj, 'scheduling.nodeSelector')) {
    const text = ownValue(deprecatedNodeLabels, key)
    if (text !== undefined) yield `scheduling.nodeSelector: ${text}`
  }
}
