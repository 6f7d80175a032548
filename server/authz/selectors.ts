import { parseFieldSelector, type FieldRequirement } from '../machinery/fields.ts'
import { parseLabelSelector, type LabelRequirement } from '../machinery/labels.ts'
import type { Attributes } from './contract.ts'

/** What a request's field selector demands; nothing of one that cannot be read, since selectors only narrow. */
export const fieldRequirements = ({ fieldSelector }: Attributes): readonly FieldRequirement[] =>
  read(() => parseFieldSelector(fieldSelector).requirements, fieldSelector)

export const labelRequirements = ({ labelSelector }: Attributes): readonly LabelRequirement[] =>
  read(() => parseLabelSelector(labelSelector).requirements, labelSelector)

const NONE: readonly never[] = []

function read<T>(parse: () => readonly T[], text: string): readonly T[] {
  if (text === '') return NONE
  try {
    return parse()
  } catch {
    // The handler will answer 400.
    return NONE
  }
}
