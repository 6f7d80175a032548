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

/** How a cell shares the width of its row: the header's cells and the rows' follow the same rule, so they line up. */
export const cellFlex = (info: ColumnInfo): { flex: string; minWidth: number } => ({
  flex: `${info.grow ? 1 : 0} 1 ${info.width}px`,
  minWidth: leastWidth(info),
})
