/** The head of a column that a table can be ordered by. */
export function SortHead({
  label,
  direction,
  className,
  onSort,
}: {
  label: string
  /** Of the column that it is ordered by now. */
  direction: 'ascending' | 'descending' | undefined
  className?: string
  onSort(): void
}) {
  return (
    <th scope="col" className={className} aria-sort={direction ?? 'none'}>
      <button type="button" className="link-button" onClick={onSort}>
        {label}
      </button>
    </th>
  )
}
