import { use, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError, explain } from '../kube/api-error.ts'
import { type Connection, isStale } from '../kube/connection.ts'
import { type FeedState, isTroubled } from '../kube/reflector.ts'
import { ErrorActionsContext } from './error-actions.ts'
import { ErrorView } from './error-view.tsx'
import { ToneWord } from './icon.tsx'
import { moment } from './since.ts'

/**
 * What a feed is doing when it is not simply live; nothing otherwise. What is stale always says so, and since when: by the cluster's own
 * signs of life where `connection` is given, else by the feed's.
 */
export function FeedNotice({
  state,
  count,
  connection,
  onRetry,
}: {
  state: FeedState | undefined
  count: number
  connection?: Connection
  onRetry(): void
}) {
  const { t, i18n } = useTranslation()
  const actions = use(ErrorActionsContext)
  const seconds = useCountdown(state?.retryAt)
  if (!state || state.phase === 'stopped') return null
  const away = connection !== undefined && isStale(connection)
  if (state.phase === 'live' && !away) return null
  const since = Math.min(connection?.since || Number.POSITIVE_INFINITY, state.liveUntil ?? Number.POSITIVE_INFINITY)
  const troubled = isTroubled(state)
  if (count > 0 && (away || troubled)) {
    const why = state.error?.message || connection?.message
    return (
      <div className="notice stale-notice" role="status">
        <ToneWord tone="warn">
          {Number.isFinite(since) ? t('feed.staleSince', { time: moment(since, i18n.language) }) : t('feed.stale')}
        </ToneWord>
        <span className="dim ellipsis" title={why}>
          {why || t('feed.lost')}
        </span>
        <NextTry state={state} seconds={seconds} />
        {state.error && actions[explain(new ApiError(state.error))]}
        <button type="button" className="icon-button" onClick={onRetry}>
          {t('errors.retry')}
        </button>
      </div>
    )
  }
  const error = state.error ? new ApiError(state.error) : errorOf(connection)
  if (!troubled && !(away && error)) {
    // The first moments are quiet: a list that is there at once needs no word about it.
    return count > 0 || state.phase === 'resuming' ? (
      <div className="notice" role="status">
        <ToneWord tone="busy">{t(`feed.${state.phase}`, { count })}</ToneWord>
      </div>
    ) : null
  }
  if (!error) {
    return (
      <div className="notice" role="status">
        <ToneWord tone="warn">{t('feed.lost')}</ToneWord>
      </div>
    )
  }
  return (
    <>
      <ErrorView error={error} onRetry={onRetry} heals />
      <p className="feed-retry dim">
        <NextTry state={state} seconds={seconds} />
      </p>
    </>
  )
}

/** The room for it stays while it is tried: what stands below would jump with every try. */
function NextTry({ state: { phase }, seconds }: { state: FeedState; seconds: number }) {
  const { t } = useTranslation()
  if (seconds > 0) return <span className="dim">{t('feed.retryIn', { seconds })}</span>
  return <span className="dim">{phase === 'retrying' ? ' ' : t('feed.retrying')}</span>
}

/** A cluster that is known to be away is no reason to wait for the next request to fail. */
export function errorOf(connection: Connection | undefined): ApiError | undefined {
  if (connection?.word !== 'unreachable' || connection.message === '') return undefined
  return new ApiError({ code: 504, reason: 'NoAnswer', message: connection.message })
}

function useCountdown(until: number | undefined): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (until === undefined) return undefined
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [until])
  return until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1000))
}
