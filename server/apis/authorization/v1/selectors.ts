import { labelSelectorRequirementErrors } from '../../meta/v1/validation.ts'
import { fieldRequirementText, parseFieldSelector } from '../../../machinery/fields.ts'
import { forbiddenField, invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { labelRequirementText, LABEL_SELECTOR_OPERATORS, parseLabelSelector } from '../../../machinery/labels.ts'

/** Selectors of an access review: either text, or requirements (authorization/v1, FieldSelectorAttributes and LabelSelectorAttributes). */
export interface SelectorAttributes {
  readonly rawSelector?: string
  readonly requirements?: readonly Requirement[]
}

interface Requirement {
  readonly key?: string
  readonly operator?: string
  readonly values?: string[]
}

/** One of the two selectors: how its requirements are checked and read. */
export interface SelectorKind {
  readonly name: 'fieldSelector' | 'labelSelector'
  check(errors: FieldError[], requirement: Requirement, path: string): void
  /** Throws for text that is no selector. */
  parse(text: string): unknown
  /** As the text of a selector; undefined for what is not understood, which a review leaves out. */
  text(requirement: Requirement): string | undefined
}

export const fieldSelectors: SelectorKind = {
  name: 'fieldSelector',
  check(errors, { key = '', operator = '', values = [] }, path) {
    if (key === '') errors.push(required(`${path}.key`, 'must be specified'))
    const takes = TAKES_VALUES[operator]
    if (takes === true && values.length === 0)
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
    if (takes === false && values.length > 0)
      errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
  },
  parse: parseFieldSelector,
  text({ key = '', operator = '', values = [] }) {
    if (values.length !== 1 || TAKES_VALUES[operator] !== true) return undefined
    return fieldRequirementText({ field: key, operator: operator === 'In' ? '=' : '!=', value: values[0]! })
  },
}

export const labelSelectors: SelectorKind = {
  name: 'labelSelector',
  check: (errors, { key = '', operator = '', values = [] }, path) =>
    labelSelectorRequirementErrors(errors, { key, operator, values }, path, { unknownOperators: true }),
  parse: parseLabelSelector,
  text({ key = '', operator = '', values = [] }) {
    if (!Object.hasOwn(LABEL_SELECTOR_OPERATORS, operator)) return undefined
    return labelRequirementText({ key, operator: LABEL_SELECTOR_OPERATORS[operator as keyof typeof LABEL_SELECTOR_OPERATORS], values })
  },
}

const TAKES_VALUES: Readonly<Record<string, boolean | undefined>> = { In: true, NotIn: true, Exists: false, DoesNotExist: false }

/** authorization/validation: operators that are unknown here may be known to a newer client, and are no error. */
export function validateSelector(errors: FieldError[], kind: SelectorKind, selector: SelectorAttributes | undefined, parent: string): void {
  if (selector === undefined) return
  const path = `${parent}.${kind.name}`
  const { rawSelector = '', requirements = [] } = selector
  if (rawSelector !== '' && requirements.length > 0)
    errors.push(invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements'))
  if (rawSelector === '' && requirements.length === 0)
    errors.push(required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`))
  requirements.forEach((r, i) => kind.check(errors, r, `${path}.requirements[${i}]`))
}

/**
 * The text that authorizers read. What is not understood is left out, so that less is allowed than was asked about; `ignored` then says so
 * in the words of `status.evaluationError`.
 */
export function readSelector(kind: SelectorKind, selector: SelectorAttributes | undefined): { text: string; ignored: string } {
  const { rawSelector = '', requirements = [] } = selector ?? {}
  const told = (how: string): string => `spec.resourceAttributes.${kind.name} ${how} due to parse error`
  if (requirements.length > 0) {
    const texts = requirements.flatMap((r) => kind.text(r) ?? [])
    if (texts.length === requirements.length) return { text: texts.join(), ignored: '' }
    return { text: texts.join(), ignored: told(texts.length === 0 ? 'ignored' : 'partially ignored') }
  }
  try {
    kind.parse(rawSelector)
    return { text: rawSelector, ignored: '' }
  } catch {
    return { text: '', ignored: told('ignored') }
  }
}
