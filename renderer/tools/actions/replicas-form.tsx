import { useTranslation } from 'react-i18next'
import { Icon } from '../../ui/icon.tsx'
import type { FormProps } from './action.ts'
import { SetBackNotes } from './set-back-notes.tsx'

/** A number of replicas, as typed. */
export function ReplicasForm({ target, objects, value, onChange }: FormProps<string>) {
  const { t } = useTranslation()
  const count = Number(value)
  const step = (by: number): void => onChange(String(Math.max(0, (Number.isInteger(count) ? count : 0) + by)))
  return (
    <>
      <div className="form-line">
        <label htmlFor="replicas">{t('actions.scale.replicas')}</label>
        <input
          id="replicas"
          className="text-input number"
          type="text"
          inputMode="numeric"
          value={value}
          data-autofocus
          onChange={(event) => onChange(event.target.value.trim())}
          onKeyDown={(event) => {
            const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0
            if (by === 0) return
            event.preventDefault()
            step(by)
          }}
        />
        {(
          [
            [-1, 'down'],
            [1, 'up'],
          ] as const
        ).map(([by, icon]) => (
          <button
            key={icon}
            type="button"
            className="icon-button"
            aria-label={t(by < 0 ? 'actions.scale.fewer' : 'actions.scale.more')}
            onClick={() => step(by)}
          >
            <Icon name={icon} size={14} />
          </button>
        ))}
      </div>
      {value !== '' && Number.isInteger(count) && <SetBackNotes context={target.context} objects={objects} wish={count} />}
    </>
  )
}
