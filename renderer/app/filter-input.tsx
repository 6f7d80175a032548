import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { idleTerms } from '../kube/filter.ts'

/** The filter box of a list. `/` brings the focus here, Enter takes it to the rows, Escape clears. */
export const FilterInput = memo(function FilterInput({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation()
  // Rows that such a term was to hide are there, and actions take them.
  const idle = idleTerms(value)
  return (
    <div className="filter-input" role="search">
      <input
        className="text-input"
        data-filter
        type="text"
        value={value}
        spellCheck={false}
        autoComplete="off"
        aria-label={t('list.filter')}
        aria-invalid={idle.length > 0}
        placeholder={t('list.filterHint')}
        title={t('list.filterHelp')}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.stopPropagation()
            if (value) onChange('')
            else event.currentTarget.blur()
          }
          if (event.key === 'Enter' || event.key === 'ArrowDown') {
            event.preventDefault()
            document.querySelector<HTMLElement>('[role=grid]')?.focus()
          }
        }}
      />
      {idle.length > 0 && (
        <span className="filter-idle tone-warn" role="status">
          {t('list.filtersNothing', { terms: idle.join(' ') })}
        </span>
      )}
    </div>
  )
})
