import type { ColumnInfo } from '../../kube/columns.ts'

/** A visible column with the place of its cell in a row. */
export interface ListColumn {
  info: ColumnInfo
  at: number
  label: string
}

export const rowHeight = 26
export const checkWidth = 32

/** The header's word "Namespace", and an IPv4 address, with their paddings. */
const leastOf = { text: 96, mono: 124 }

/** Names give way to an ellipsis before the list scrolls sideways; figures, ages and states never do. */
export const leastWidth = ({ type, width }: ColumnInfo): number =>
  type === 'text' || type === 'mono' ? Math.min(width, Math.max(leastOf[type], Math.round(width * 0.6))) : width

/** Where there is room to spare, names take most of it, and words and texts that may be cut some: an address or a figure has no use for more. */
const growth = ({ grow, type }: ColumnInfo): number => (grow ? 4 : type === 'text' || type === 'status' ? 1 : 0)

/** How a cell shares the width of its row: the header's cells and the rows' follow the same rule, so they line up. */
export const cellFlex = (info: ColumnInfo): { flex: string; minWidth: number } => ({
  flex: `${growth(info)} 1 ${info.width}px`,
  minWidth: leastWidth(info),
})

/** What a row is known by, and how it is. */
const kept: ReadonlySet<string> = new Set(['cluster', 'name', 'namespace', 'status', 'age'])

/** Which are left out first where there is no room: an address, then a text, then a figure. */
const needs: Readonly<Record<ColumnInfo['type'], number>> = { mono: 0, text: 1, age: 1, number: 2, status: 3 }

/** No wider than this is a figure too, or a word: `2/3`, `ClusterIP`. */
const shortWidth = 100
const needOf = ({ type, width }: ColumnInfo): number => (width <= shortWidth ? Math.max(needs[type], needs.number) : needs[type])

/**
 * The columns that fit into a width, px, without scrolling sideways: of the others the least needed are left out, of equals the last.
 * What the list is sorted by stays, and so does what `kept` names, though that may be too much.
 */
export function fitting<C extends { info: ColumnInfo }>(columns: readonly C[], width: number, sortedBy: string): readonly C[] {
  const stays = ({ info: { id } }: C): boolean => kept.has(id) || id === sortedBy
  let room = columns.filter(stays).reduce((left, { info }) => left - leastWidth(info), width - checkWidth)
  const wanted = columns.filter((column) => !stays(column)).sort((a, b) => needOf(b.info) - needOf(a.info))
  const left = new Set<C>()
  for (const column of wanted) {
    const least = leastWidth(column.info)
    if (least > room) left.add(column)
    else room -= least
  }
  return left.size === 0 ? columns : columns.filter((column) => !left.has(column))
}
