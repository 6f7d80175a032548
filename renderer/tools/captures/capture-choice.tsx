import { useTranslation } from 'react-i18next'
import type { Capture } from './shelf.ts'

/** Which capture is looked at, and with which it is compared. Nothing while there is only one. */
export function CaptureChoice<T>({
  captures,
  shown,
  against,
  nameOf,
  comparable,
  onShow,
  onAgainst,
}: {
  captures: readonly Capture<T>[]
  shown: Capture<T>
  against: Capture<T> | undefined
  nameOf(capture: Capture<T>): string
  /** Whether two of them say the same things. */
  comparable(a: Capture<T>, b: Capture<T>): boolean
  onShow(id: number): void
  onAgainst(id: number | undefined): void
}) {
  const { t } = useTranslation()
  if (captures.length < 2) return null
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
        <select className="select" value={shown.id} onChange={(event) => onShow(Number(event.target.value))}>
          {captures.map(option)}
        </select>
      </label>
      <label className="capture-choice">
        {t('captures.against')}
        <select
          className="select"
          value={against?.id ?? ''}
          disabled={others.length === 0}
          onChange={(event) => onAgainst(event.target.value === '' ? undefined : Number(event.target.value))}
        >
          <option value="">{t(others.length === 0 ? 'captures.noneLikeIt' : 'captures.nothing')}</option>
          {others.map(option)}
        </select>
      </label>
    </>
  )
}
