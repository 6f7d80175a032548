import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { FormProps } from '../../tools/actions/action.ts'
import { Icon } from '../../ui/icon.tsx'
import { effects, type TaintWish, taintText } from './taints.ts'
import type { Node } from './types.ts'

/** Taints to take away and to add. */
export function TaintsForm({ objects, value, onChange }: FormProps<TaintWish>) {
  const { t } = useTranslation()
  const there = useMemo(
    () => [...new Set((objects as readonly Node[]).flatMap(({ spec }) => (spec?.taints ?? []).map(taintText)))],
    [objects],
  )
  const { removed, added } = value
  const change = (index: number, to: Partial<TaintWish['added'][number]>): void =>
    onChange({ ...value, added: added.map((taint, at) => (at === index ? { ...taint, ...to } : taint)) })
  return (
    <>
      {there.map((text) => {
        const gone = removed.includes(text)
        return (
          <div key={text} className="form-line">
            <span className={gone ? 'mono gone' : 'mono'}>{text}</span>
            <button
              type="button"
              className="icon-button"
              aria-pressed={gone}
              aria-label={t('actions.remove', { name: text })}
              title={t('actions.remove', { name: text })}
              onClick={() => onChange({ ...value, removed: gone ? removed.filter((r) => r !== text) : [...removed, text] })}
            >
              <Icon name="trash" size={14} />
            </button>
          </div>
        )
      })}
      {added.map((taint, index) => (
        <div key={index} className="form-line">
          <input
            className="text-input mono"
            aria-label={t('actions.newKey')}
            placeholder={t('actions.newKey')}
            value={taint.key}
            data-autofocus={index === 0 || undefined}
            spellCheck={false}
            onChange={(event) => change(index, { key: event.target.value })}
          />
          <input
            className="text-input mono"
            aria-label={t('actions.newValue')}
            placeholder={t('actions.newValue')}
            value={taint.value}
            spellCheck={false}
            onChange={(event) => change(index, { value: event.target.value })}
          />
          <select
            className="select"
            aria-label={t('actions.taint.effect')}
            value={taint.effect}
            onChange={(event) => change(index, { effect: event.target.value })}
          >
            {effects.map((effect) => (
              <option key={effect}>{effect}</option>
            ))}
          </select>
          <button
            type="button"
            className="icon-button"
            aria-label={t('actions.addLine')}
            title={t('actions.addLine')}
            onClick={() => onChange({ ...value, added: [...added, { key: '', value: '', effect: 'NoSchedule' }] })}
          >
            <Icon name="plus" size={14} />
          </button>
        </div>
      ))}
    </>
  )
}
