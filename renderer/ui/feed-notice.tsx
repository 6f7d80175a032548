import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../kube/api-error.ts'
import type { FeedState } from '../kube/reflector.ts'
import { ErrorView } from './error-view.tsx'
import { ToneWord } from './icon.tsx'

/** What a feed is doing when it is not simply live; nothing otherwise. A stale list always says that it is stale. */
export function FeedNotice({ state, count, onRetry }: { state: FeedState | undefined; count: number; onRetry(): void }) {
  const { t } = useTranslation()
  const seconds = useCountdown(state?.retryAt)
  if (!state || state.phase === 'live' || state.phase === 'stopped') return null
  if (state.phase !== 'retrying') {
    // The first moments are quiet: a list that is there at once needs no word about it.
    return count > 0 || state.phase === 'resuming' ? (
      <div className="notice" role="status">
        <ToneWord tone="busy">{t(`feed.${state.phase}`, { count })}</ToneWord>
      </div>
    ) : null
  }
  const error = state.error ? new ApiError(state.error) : undefined
  if (!error || count > 0) {
    return (
      <div className="notice" role="status">
        <ToneWord tone="warn">{error ? t('feed.stale', { message: error.message }) : t('feed.lost')}</ToneWord>
        {seconds > 0 && <span className="dim">{t('feed.retryIn', { seconds })}</span>}
        <button type="button" className="icon-button" onClick={onRetry}>
          {t('errors.retry')}
        </button>
      </div>
    )
  }
  return (
    <>
      <ErrorView error={error} onRetry={onRetry} />
      {seconds > 0 && <p className="feed-retry dim">{t('feed.retryIn', { seconds })}</p>}
    </>
  )
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
