import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { Age } from '../../ui/age.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { KindLink, MainFacts, Metadata } from '../generic/common.tsx'
import { type Event, eventView, lastSeen, timesSeen } from './view.ts'

/** What happened to what, first of all. */
export function EventOverview({ object: event }: { object: Event }) {
  const { t } = useTranslation()
  const about = event.involvedObject
  const status = eventView.status(event)
  const first = Date.parse(event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '')
  return (
    <div className="overview">
      <p className={status?.tone === 'warn' ? 'why' : 'why quiet'}>
        <strong>{event.reason}</strong> {event.message}
      </p>
      <MainFacts
        object={event}
        extra={[
          [
            t('columns.object'),
            about?.kind && about.name && (
              <KindLink apiVersion={about.apiVersion ?? 'v1'} kind={about.kind} namespace={about.namespace ?? ''} name={about.name} />
            ),
          ],
          [t('facts.fieldPath'), about?.fieldPath && <span className="mono">{about.fieldPath}</span>],
          [t('columns.type'), status?.text && <ToneWord tone={status.tone}>{status.text}</ToneWord>],
          [t('columns.count'), figure(timesSeen(event))],
          [t('columns.lastSeen'), <Age key="last" at={lastSeen(event)} />],
          [t('facts.firstSeen'), Number.isNaN(first) ? undefined : <Age at={first} />],
          [t('columns.from'), [event.reportingComponent || event.source?.component, event.source?.host].filter(Boolean).join(' · ')],
        ]}
      />
      <Metadata object={event} />
    </div>
  )
}
