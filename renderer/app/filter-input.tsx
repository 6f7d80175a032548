import { memo } from 'react'
import { useTranslation } from 'react-i18next'

/** The filter box of a list. `/` brings the focus here, Enter takes it to the rows, Escape clears. */
export const FilterInput = memo(function FilterInput({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation()
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
    </div>
  )
})
