import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { labelSelectorText } from '../../kube/label-selector.ts'
import type { FeedSource } from '../../kube/protocol.ts'
import { apiVersionOf, resourceKey } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import { events, pods } from '../../queries/discovery.ts'
import { useHub, useObject } from '../../queries/hub.ts'
import { Age } from '../../ui/age.tsx'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import '../events/events-tab.css'
import type { Event } from '../events/view.ts'
import { ObjectLink } from '../generic/common.tsx'
import type { Pod } from '../pods/types.ts'
import { selectorOf } from './selector.ts'
import { timelineOf } from './timeline.ts'
import type { Workload } from './types.ts'

const replicaSets = { group: 'apps', version: 'v1', plural: 'replicasets', namespaced: true }
/** As many as one scrolls through. */
const most = 400

const keys: Record<string, string> = {
  Deployment: 'deployments.apps',
  ReplicaSet: 'replicasets.apps',
  StatefulSet: 'statefulsets.apps',
  DaemonSet: 'daemonsets.apps',
  ReplicationController: 'replicationcontrollers',
  Job: 'jobs.batch',
}

/** A rollout as it goes, and as it went: replica sets, pods and events on one line of time. */
export function TimelinePanel({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const hub = useHub()
  const { context } = usePlace()
  const { namespace } = object.metadata
  const selector = selectorOf(object as Workload)
  const labelSelector = selector && labelSelectorText(selector)
  const source = useMemo(
    () =>
      (resource: FeedSource['resource']): FeedSource | undefined =>
        labelSelector === undefined ? undefined : { context, resource, namespace, labelSelector },
    [context, namespace, labelSelector],
  )
  const podData = useObject(useMemo(() => source(pods), [source]))
  const setData = useObject(useMemo(() => (object.kind === 'Deployment' ? source(replicaSets) : undefined), [source, object.kind]))
  const eventData = useObject(useMemo(() => ({ context, resource: events, namespace }), [context, namespace]))
  const moments = useMemo(
    () =>
      timelineOf(object, keys[object.kind ?? ''] ?? '', {
        middle: { resource: resourceKey(replicaSets), objects: (setData?.all ?? []).map(asKind('ReplicaSet', apiVersionOf(replicaSets))) },
        pods: (podData?.all ?? []) as readonly Pod[],
        events: (eventData?.all ?? []) as readonly Event[],
      }),
    [object, setData, podData, eventData],
  )
  return (
    <div className="overview">
      <FeedNotice state={podData?.state} count={moments.length} onRetry={() => hub.kick()} />
      <FeedNotice state={eventData?.state} count={moments.length} onRetry={() => hub.kick()} />
      {moments.length === 0 && eventData?.state.synced && <p className="empty">{t('details.noEvents')}</p>}
      <ol className="event-lines" aria-label={t('details.tabs.timeline')}>
        {moments.slice(0, most).map(({ key, at, resource, name, what, message, tone }) => (
          <li key={key}>
            <Age at={at} />
            <ToneWord tone={tone}>{what}</ToneWord>
            <span>
              <ObjectLink resource={resource} namespace={namespace ?? ''} name={name} /> {message}
            </span>
          </li>
        ))}
      </ol>
      {moments.length > most && <p className="dim">{t('common.more', { count: moments.length - most })}</p>}
    </div>
  )
}

/** Objects from a list carry no kind of their own. */
const asKind =
  (kind: string, apiVersion: string) =>
  (object: KubeObject): KubeObject => ({ ...object, kind, apiVersion })
