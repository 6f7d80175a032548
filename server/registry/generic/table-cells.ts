import { since } from '../../machinery/duration.ts'
import { listAt, textAt, valueAt } from '../../machinery/json-walk.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../machinery/labels.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { TableDefinition } from './strategy.ts'
import { columns, labelsText } from './table-columns.ts'

/** What one column shows of an object; `now` in ms. */
export type Cell = (obj: KubeObject, now: number) => unknown

/** A table declared as its columns and one cell for each. */
export function table(text: string, ...cells: readonly (Cell | readonly Cell[])[]): TableDefinition {
  const all = cells.flat()
  return { columns: columns(text), cells: (obj, now) => all.map((cell) => cell(obj, now)) }
}

export const name: Cell = (o) => o.metadata.name ?? ''
export const age: Cell = (o, now) => since(o.metadata.creationTimestamp, now)
/** The text of a field, or what stands for a missing one. */
export const text =
  (path: string, missing = ''): Cell =>
  (o) =>
    valueAt(o, path) ?? missing
export const number =
  (path: string): Cell =>
  (o) =>
    valueAt(o, path) ?? 0
export const flag =
  (path: string, missing = false): Cell =>
  (o) =>
    valueAt(o, path) ?? missing
export const count =
  (path: string): Cell =>
  (o) =>
    listAt(o, path).length
export const sinceField =
  (path: string, missing: string): Cell =>
  (o, now) =>
    textAt(o, path) === '' ? missing : since(textAt(o, path), now)
export const labels =
  (path: string): Cell =>
  (o) =>
    labelsText(valueAt(o, path) as Record<string, string> | undefined)

/** A label selector as metav1.FormatLabelSelector writes it: `<none>` when it selects everything or nothing. */
export const selector =
  (path: string): Cell =>
  (o) => {
    const parsed = selectorFromObject(valueAt(o, path) as LabelSelectorObject | undefined)
    return parsed?.toString() || '<none>'
  }

/** Names and images of the containers in a pod template: two cells. */
export const containers = (template: string): readonly Cell[] =>
  (['name', 'image'] as const).map(
    (field) => (o) =>
      listAt(o, `${template}.spec.containers`)
        .map((c) => textAt(c, field))
        .join(','),
  )

/** Kinds that upstream never gave columns: the default of its REST storage. */
export const createdAt = table('Name|Created At:date', name, (o) => o.metadata.creationTimestamp ?? '<unknown>')
