import type { ColumnInfo } from '../../kube/columns.ts'

/** A visible column with the place of its cell in a row. */
export interface ListColumn {
  info: ColumnInfo
  at: number
  label: string
}

export const rowHeight = 26
export const checkWidth = 32

/** Names give way to an ellipsis before the list scrolls sideways; figures, ages and states never do. */
export const leastWidth = (info: ColumnInfo): number =>
  info.type === 'text' || info.type === 'mono' ? Math.min(info.width, Math.max(88, Math.round(info.width * 0.6))) : info.width

/** How a cell shares the width of its row: the header's cells and the rows' follow the same rule, so they line up. */
export const cellFlex = (info: ColumnInfo): { flex: string; minWidth: number } => ({
  flex: `${info.grow ? 1 : 0} 1 ${info.width}px`,
  minWidth: leastWidth(info),
})
