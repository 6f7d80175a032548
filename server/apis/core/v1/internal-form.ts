import { emptyAt } from '../../../machinery/empty-fields.ts'
import { goJsonText } from '../../../machinery/field-errors.ts'
import { unifiedDiff } from '../../../machinery/unified-diff.ts'
import { quantityOfText } from './resource-lists.ts'
import table from './internal-types.json' with { type: 'json' }

/**
 * Some error texts of the API server show a value in its internal form: Go's own field names and every field, empty or not.
 * The layouts are facts derived by tools/internal-types.ts.
 */
type Row = readonly [goName: string, jsonName: string, type: string]
const layouts = table as unknown as Readonly<Record<string, readonly Row[]>>

function zero(type: string): unknown {
  if (type === 'string') return ''
  if (type === 'bool') return false
  if (/^u?int|^float/.test(type)) return 0
  if (type === 'resource.Quantity') return '0'
  if (type === 'intstr.IntOrString') return 0
  return layouts[type] === undefined ? null : internalValue(type, {})
}

/** `value` (in its v1 JSON form) as the internal type of that name prints in JSON. */
export function internalValue(type: string, value: unknown): unknown {
  if (type.startsWith('*')) return value === undefined || value === null ? null : internalValue(type.slice(1), value)
  if (type === '[]byte') return value ?? null
  if (type.startsWith('[]')) return Array.isArray(value) ? value.map((v) => internalValue(type.slice(2), v)) : null
  if (type.startsWith('map:')) {
    if (typeof value !== 'object' || value === null) return null
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(entries.map(([k, v]) => [k, internalValue(type.slice(4), v)]))
  }
  if (value === undefined || value === null) return zero(type)
  if (type === 'resource.Quantity') return quantityOfText(value as string).text
  const rows = layouts[type]
  if (rows === undefined) return value
  const fields = value as Record<string, unknown>
  return Object.fromEntries(
    rows.flatMap(([go, json, t]): [string, unknown][] => {
      const field = fields[json] ?? emptyAt(fields, json)
      return t === 'metav1.ObjectMeta' ? metadataFields(field) : [[go, internalValue(t, field)]]
    }),
  )
}

/** The order of metadata's fields in Go, where they have JSON names and stand among the others'. */
const METADATA = [
  ...['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp'],
  ...['deletionTimestamp', 'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields'],
]

function metadataFields(value: unknown): [string, unknown][] {
  const metadata = (value ?? {}) as Record<string, unknown>
  return METADATA.flatMap((name): [string, unknown][] =>
    metadata[name] === undefined || metadata[name] === null ? [] : [[name, metadata[name]]],
  )
}

/** What changed between two values, as the API server words it. */
export function internalDiff(type: string, old: unknown, now: unknown): string {
  const text = (v: unknown): string => goJsonText(internalValue(type, v), 1)
  return unifiedDiff(text(old), text(now))
}
