import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../ui/icon.tsx'
import { useSome } from '../../ui/use-some.tsx'
import type { FormProps } from './action.ts'
import { isTypable, type Pairs, pairsOf, withLineEnds } from './pairs.ts'

/** One key that is there: its value, or in the place of one what is said of it. */
export interface PairLine {
  key: string
  value?: string | undefined
  note?: string
  /** It can be removed, and not be written. */
  fixed?: boolean
}

const keyOf = ({ key }: PairLine): string => key
const mostRows = 8
const rowsOf = (text: string): number => Math.min(mostRows, text.split('\n').length)

/** Keys and values to change, take away and add. A value that was not touched is not sent. */
export function PairLines({ lines, value, onChange }: { lines: readonly PairLine[]; value: Pairs; onChange(value: Pairs): void }) {
  const { t } = useTranslation()
  const { edited, removed, added } = value
  const { some, find, more } = useSome(lines, t('actions.findKey'), keyOf)
  const toggle = (key: string): void =>
    onChange({ ...value, removed: removed.includes(key) ? removed.filter((k) => k !== key) : [...removed, key] })
  const add = (index: number, change: Partial<{ key: string; value: string }>): void =>
    onChange({ ...value, added: added.map((pair, at) => (at === index ? { ...pair, ...change } : pair)) })
  return (
    <>
      {find}
      {some.map(({ key, value: was, note, fixed }) => {
        const gone = removed.includes(key)
        const closed = fixed || (was !== undefined && !isTypable(was))
        const text = edited[key] ?? (closed ? '' : (was ?? ''))
        return (
          <div key={key} className="form-line pair">
            <span className="mono pair-key" title={key}>
              {key}
            </span>
            <textarea
              className={gone ? 'text-input gone' : 'text-input'}
              rows={rowsOf(text)}
              aria-label={key}
              value={text}
              placeholder={note ?? (closed ? t('actions.lineEnds') : '')}
              disabled={gone || closed}
              spellCheck={false}
              onChange={(event) => onChange({ ...value, edited: { ...edited, [key]: withLineEnds(was ?? '', event.target.value) } })}
            />
            <button
              type="button"
              className="icon-button"
              aria-pressed={gone}
              aria-label={t('actions.remove', { name: key })}
              title={t('actions.remove', { name: key })}
              onClick={() => toggle(key)}
            >
              <Icon name="trash" size={14} />
            </button>
          </div>
        )
      })}
      {more}
      {added.map((pair, index) => (
        <div key={index} className="form-line pair">
          <input
            className="text-input mono pair-key"
            aria-label={t('actions.newKey')}
            placeholder={t('actions.newKey')}
            value={pair.key}
            data-autofocus={index === 0 || undefined}
            spellCheck={false}
            onChange={(event) => add(index, { key: event.target.value })}
          />
          <textarea
            className="text-input"
            rows={rowsOf(pair.value)}
            aria-label={t('actions.newValue')}
            placeholder={t('actions.newValue')}
            value={pair.value}
            spellCheck={false}
            onChange={(event) => add(index, { value: event.target.value })}
          />
          <button
            type="button"
            className="icon-button"
            aria-label={t('actions.addLine')}
            title={t('actions.addLine')}
            onClick={() => onChange({ ...value, added: [...added, { key: '', value: '' }] })}
          >
            <Icon name="plus" size={14} />
          </button>
        </div>
      ))}
    </>
  )
}

function PairsForm({ part, objects, value, onChange }: FormProps<Pairs> & { part: 'labels' | 'annotations' }) {
  const { t } = useTranslation()
  const differs = t('actions.differs')
  const lines = useMemo(
    () => pairsOf(objects, part).map((pair): PairLine => (pair.value === undefined ? { ...pair, note: differs } : pair)),
    [objects, part, differs],
  )
  return <PairLines lines={lines} value={value} onChange={onChange} />
}

export const LabelsForm = (props: FormProps<Pairs>) => <PairsForm {...props} part="labels" />
export const AnnotationsForm = (props: FormProps<Pairs>) => <PairsForm {...props} part="annotations" />
