import type { ColumnInfo, Sort } from '../../kube/columns.ts'
import { Icon } from '../icon.tsx'
import { cellFlex } from './columns.ts'

export function HeaderCell(props: { info: ColumnInfo; label: string; sort: Sort; onSort(column: string): void }) {
  const { info, label, sort, onSort } = props
  const sorted = sort.column === info.id
  return (
    <div
      className={`list-th${info.type === 'number' ? ' num' : ''}`}
      role="columnheader"
      style={cellFlex(info)}
      aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" tabIndex={-1} title={label} onClick={() => onSort(info.id)}>
        <span className="ellipsis">{label}</span>
        {sorted && <Icon name={sort.descending ? 'down' : 'up'} size={11} />}
      </button>
    </div>
  )
}
