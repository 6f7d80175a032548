import { memo } from 'react'
import type { ColumnInfo } from '../../kube/columns.ts'
import { Icon } from '../icon.tsx'
import { cellFlex } from './columns.ts'

interface HeaderCellProps {
  info: ColumnInfo
  label: string
  order: 'ascending' | 'descending' | 'none'
  onSort(column: string): void
}

export const HeaderCell = memo(function HeaderCell({ info, label, order, onSort }: HeaderCellProps) {
  return (
    <div className={`list-th${info.type === 'number' ? ' num' : ''}`} role="columnheader" style={cellFlex(info)} aria-sort={order}>
      <button type="button" tabIndex={-1} title={label} onClick={() => onSort(info.id)}>
        <span className="ellipsis">{label}</span>
        {order !== 'none' && <Icon name={order === 'descending' ? 'down' : 'up'} size={11} />}
      </button>
    </div>
  )
})
