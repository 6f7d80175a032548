import { isRecord } from '../../kube/types.ts'

/** A copy without the bookkeeping of server-side apply, which fills screens. */
export function withoutManagedFields(object: unknown): unknown {
  if (!isRecord(object) || !isRecord(object.metadata) || object.metadata.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** The one span in which two texts differ: folds, selection and scroll outside it stay. */
export function smallestChange(before: string, after: string): { from: number; to: number; insert: string } | undefined {
  if (before === after) return undefined
  const shorter = Math.min(before.length, after.length)
  let from = 0
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from++
  let back = 0
  while (back < shorter - from && before.charCodeAt(before.length - 1 - back) === after.charCodeAt(after.length - 1 - back)) back++
  return { from, to: before.length - back, insert: after.slice(from, after.length - back) }
}
