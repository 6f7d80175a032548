import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { labelValueErrors } from '../../../machinery/names.ts'
import { checkQualifiedName } from './checks.ts'
import type { Toleration } from './types.ts'

/** Tolerations, and the taint effects they share with nodes (core/validation ValidateTolerations). */
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const comparisons = ['Lt', 'Gt']

export function validateTaintEffect(errors: FieldError[], effect: string | undefined, path: string): void {
  if (!effect) errors.push(required(path))
  else if (!effects.includes(effect)) errors.push(notSupported(path, effect, effects))
}

export function validateTolerations(errors: FieldError[], tolerations: readonly Toleration[] | undefined, path: string): void {
  if (!tolerations) return
  for (let i = 0; i < tolerations.length; i++) {
    const t = tolerations[i]!
    const operator = t.operator ?? ''
    const value = t.value ?? ''
    if (t.key) checkQualifiedName(errors, t.key, `${path}[${i}].key`)
    else if (operator !== 'Exists') {
      const text = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      errors.push(invalid(`${path}[${i}].operator`, operator, text))
    }
    if (t.tolerationSeconds !== undefined && t.effect !== 'NoExecute') {
      errors.push(invalid(`${path}[${i}].effect`, t.effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"))
    }
    if (operator === '' || operator === 'Equal') {
      const texts = labelValueErrors(value)
      if (texts.length > 0) errors.push(invalid(`${path}[${i}].operator`, value, texts.join(';')))
    } else if (operator === 'Exists') {
      if (value !== '') errors.push(invalid(`${path}[${i}].operator`, value, "value must be empty when `operator` is 'Exists'"))
    } else {
      const supported = comparisons.includes(operator) ? ['Equal', 'Exists', ...comparisons] : ['Equal', 'Exists']
      errors.push(notSupported(`${path}[${i}].operator`, operator, supported))
    }
    if (t.effect) validateTaintEffect(errors, t.effect, `${path}[${i}].effect`)
  }
}

/** The same for tolerations that differ in nothing but their seconds (core Toleration.MatchToleration). */
export const tolerationIdentity = ({ key = '', operator = '', value = '', effect = '' }: Toleration): string =>
  JSON.stringify([key, operator, value, effect])

/** An update may add tolerations and change the seconds of those there are. */
export function validateAddedTolerations(
  errors: FieldError[],
  now: readonly Toleration[] | undefined,
  old: readonly Toleration[] | undefined,
  path: string,
): void {
  const kept = new Set(now?.map(tolerationIdentity))
  if (old?.some((o) => !kept.has(tolerationIdentity(o)))) {
    errors.push(forbiddenField(path, 'existing toleration can not be modified except its tolerationSeconds'))
    return
  }
  validateTolerations(errors, now, path)
}
