import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { baseContext } from '../kube/acting.ts'
import type { Connection } from '../kube/connection.ts'
import { useConnection } from '../queries/connection.ts'
import { cautionOf, useContexts } from '../queries/contexts.ts'
import { useHub } from '../queries/hub.ts'
import { ToneWord } from '../ui/icon.tsx'
import { usePlace } from '../ui/place.ts'
import { moment } from '../ui/since.ts'

/** How the cluster on screen is, in a word; pressing it tries again at once. */
export function ConnectionButton() {
  const { t, i18n } = useTranslation()
  const hub = useHub()
  const place = usePlace()
  const connection = useConnection(place.context)
  const seconds = useSeconds(connection)
  const { word, tone, plugin, message, troubled } = connection
  const values = { time: moment(connection.since, i18n.language), plugin, seconds, count: troubled }
  return (
    <button
      type="button"
      className="icon-button connection"
      onClick={() => hub.kick()}
      title={[message, t(`connection.${word}.detail`, values)].filter(Boolean).join('\n')}
      data-testid="connection"
      data-state={word}
    >
      <ToneWord tone={tone}>{t(`connection.${word}.word`, values)}</ToneWord>
    </button>
  )
}

/** That the way to the cluster on screen is not safe, while that is so: nothing proves who answers, or nothing is encrypted. */
export function CautionMark() {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { data } = useContexts()
  const info = data?.find(({ name }) => name === baseContext(context))
  const caution = info && cautionOf(info)
  if (caution === undefined) return null
  const sentence = t(`contexts.${caution}.detail`, { context: info?.name, user: info?.user })
  return (
    <span className="caution" role="note" aria-label={sentence} title={sentence}>
      <ToneWord tone="warn">{t(`contexts.${caution}.word`)}</ToneWord>
    </span>
  )
}

/** The same word where nothing is pressed. */
export function ConnectionWord({ connection }: { connection: Connection }) {
  const { t, i18n } = useTranslation()
  const { word, tone, since, plugin } = connection
  const seconds = useSeconds(connection)
  return <ToneWord tone={tone}>{t(`connection.${word}.word`, { time: moment(since, i18n.language), plugin, seconds })}</ToneWord>
}

/** For how long nothing was heard; counts only where that is said. */
function useSeconds({ word, since }: Connection): number {
  const [now, setNow] = useState(Date.now)
  const counting = word === 'quiet'
  useEffect(() => {
    if (!counting) return undefined
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [counting])
  return Math.max(0, Math.round((now - since) / 1000))
}
