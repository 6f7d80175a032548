import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SearchField } from './search-field.tsx'

/** So many are drawn at first, and then twice as many each time: a thousand things with a field or a text each take a second to draw. */
const atFirst = 100

/** Of many things those that hold what is looked for, and of these as many as are drawn. `find` and `more` are nothing where all are. */
export function useSome<T>(all: readonly T[], label: string, textOf: (item: T) => string): { some: T[]; find: ReactNode; more: ReactNode } {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [most, setMost] = useState(atFirst)
  const found = useMemo(() => {
    const wanted = text.toLowerCase()
    return wanted === '' ? all : all.filter((item) => textOf(item).toLowerCase().includes(wanted))
  }, [all, text, textOf])
  const some = found.slice(0, most)
  const left = found.length - some.length
  return {
    some,
    find: all.length > atFirst && (
      <div className="log-bar">
        <SearchField label={label} text={text} onText={setText} />
        <span className="dim" role="status">
          {t('common.someOf', { shown: some.length, count: found.length })}
        </span>
      </div>
    ),
    more: left > 0 && (
      <button type="button" className="icon-button" onClick={() => setMost(most * 2)}>
        {t('common.showMore', { count: Math.min(left, most) })}
      </button>
    ),
  }
}
