import { useTranslation } from 'react-i18next'
import type { Capture } from './shelf.ts'
import type { Choice } from './use-choice.ts'

/** Which capture is looked at, and with which it is compared. Nothing while there is only one. */
export function CaptureChoice<T>({ choice, nameOf }: { choice: Choice<T>; nameOf(capture: Capture<T>): string }) {
  const { t } = useTranslation()
  const { captures, shown, against, comparable, show, compareWith } = choice
  if (!shown || captures.length < 2) return null
  const others = captures.filter((capture) => capture !== shown && comparable(capture, shown))
  const option = (capture: Capture<T>) => (
    <option key={capture.id} value={capture.id}>
      {nameOf(capture)}
    </option>
  )
  return (
    <>
      <label className="capture-choice">
        {t('captures.shown')}
        <select className="select" value={shown.id} onChange={(event) => show(Number(event.target.value))}>
          {captures.map(option)}
        </select>
      </label>
      <label className="capture-choice">
        {t('captures.against')}
        <select
          className="select"
          value={against?.id ?? ''}
          disabled={others.length === 0}
          onChange={(event) => compareWith(event.target.value === '' ? undefined : Number(event.target.value))}
        >
          <option value="">{t(others.length === 0 ? 'captures.noneLikeIt' : 'captures.nothing')}</option>
          {others.map(option)}
        </select>
      </label>
    </>
  )
}
