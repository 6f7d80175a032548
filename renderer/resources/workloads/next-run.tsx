import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { shortDuration } from '../../kube/age.ts'
import { Moment } from '../../ui/age.tsx'
import { nextRun } from './cron-next.ts'
import type { CronJob } from './types.ts'

const minuteMs = 60_000

/** When a CronJob is due; a schedule without a zone is read in that of its controller, which nobody tells and which is UTC nearly everywhere. */
export function NextRun({ spec }: { spec: NonNullable<CronJob['spec']> }) {
  const { t } = useTranslation()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), minuteMs / 2)
    return () => clearInterval(timer)
  }, [])
  const at = nextRun(spec.schedule ?? '', spec.timeZone ?? 'UTC', now)
  if (at === undefined) return <span className="dim">{t('facts.nextRunUnknown')}</span>
  const hasZone = spec.timeZone !== undefined || /^(CRON_)?TZ=/.test(spec.schedule ?? '')
  return (
    <>
      <Moment at={at} />{' '}
      <span className="dim">{t(hasZone ? 'facts.nextRunIn' : 'facts.nextRunInUtc', { time: shortDuration(at - now) })}</span>
    </>
  )
}
