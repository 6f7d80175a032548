import { atOnce } from '../../machinery/slice.ts'
import { comparingObjects, type Comparison } from '../compare.ts'
import type { FieldSet } from '../field-set.ts'
import { findingFields } from '../fields-of.ts'
import { checkingObject, mergingObjects, removingItems } from '../merge.ts'
import type { Structure } from '../structure.ts'

/** What is done with objects in turns, without a pause. */
export const fieldsOf = (s: Structure, value: unknown): FieldSet => atOnce(findingFields(s, value))
export const compareObjects = (s: Structure, left: unknown, right: unknown): Comparison => atOnce(comparingObjects(s, left, right))
export const mergeObjects = (s: Structure, left: unknown, right: unknown): unknown => atOnce(mergingObjects(s, left, right))
export const withoutItems = (s: Structure, value: unknown, remove: FieldSet): unknown => atOnce(removingItems(s, value, remove))
export const checkObject = (s: Structure, value: unknown, path = '', repeats = false): string[] =>
  atOnce(checkingObject(s, value, path, repeats))
