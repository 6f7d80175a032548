import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

/** The filter box. What is typed filters at once; the URL follows a moment later, so that history and typing stay quick. */
export function FilterInput({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation()
  const [text, setText] = useState(value)
  const sent = useRef(value)
  useEffect(() => {
    // A value from elsewhere (back, a link) replaces what stands here; our own echo does not.
    if (value !== sent.current) {
      sent.current = value
      setText(value)
    }
  }, [value])
  const send = (next: string): void => {
    setText(next)
    sent.current = next
    onChange(next)
  }
  return (
    <div className="filter-input" role="search">
      <input className="text-input" data-filter type="text" value={text} spellCheck={false} autoComplete="off" aria-label={t('list.filter')}
        placeholder={t('list.filterHint')} title={t('list.filterHelp')}
        onChange={(event) => send(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.stopPropagation()
            if (text) send('')
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
}
