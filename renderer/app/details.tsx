import { lazy, Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { isStale } from '../kube/connection.ts'
import type { KubeObject } from '../kube/types.ts'
import { can, type Resource, resourceKey } from '../kube/resource.ts'
import { useConnection } from '../queries/connection.ts'
import { useHub, useObject } from '../queries/hub.ts'
import { EventsTab } from '../resources/events/events-tab.tsx'
import { GenericOverview } from '../resources/generic/overview.tsx'
import { NodeGate } from '../resources/nodes/gate.tsx'
import { NodeLogs } from '../resources/nodes/node-logs.tsx'
import { NodeOverview } from '../resources/nodes/overview.tsx'
import { NodeProfile } from '../resources/nodes/node-profile.tsx'
import { NodeRaw } from '../resources/nodes/node-raw.tsx'
import type { Node } from '../resources/nodes/types.ts'
import { nodeStatus } from '../resources/nodes/view.ts'
import { containerNames, PodOverview } from '../resources/pods/overview.tsx'
import { podSummary } from '../resources/pods/status.ts'
import type { Pod } from '../resources/pods/types.ts'
import { ServiceOverview } from '../resources/services/overview.tsx'
import type { Service } from '../resources/services/types.ts'
import { useDelete } from '../tools/delete/delete-context.ts'
import { logsTab, useDock } from '../tools/dock/dock-context.ts'
import { PodLogs } from '../tools/logs/pod-logs.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import './details.css'
import { FeedNotice } from '../ui/feed-notice.tsx'
import { Icon, ToneWord } from '../ui/icon.tsx'
import { placeUrl, useGo, usePlace } from '../ui/place.ts'
import { TabBar } from '../ui/tab-bar.tsx'

const YamlView = lazy(() => import('../tools/yaml/yaml-view.tsx').then((m) => ({ default: m.YamlView })))

type TabName = 'overview' | 'yaml' | 'events' | 'logs' | 'node-logs' | 'profile' | 'stats' | 'configz'
const tabsOf: Record<string, TabName[]> = {
  pods: ['overview', 'yaml', 'events', 'logs'],
  nodes: ['overview', 'yaml', 'events', 'node-logs', 'profile', 'stats', 'configz'],
}
const defaultTabs: TabName[] = ['overview', 'yaml', 'events']

/** One object, live: what it is, its YAML, its events, and the tools of its kind. */
export function Details({ resource, namespace, name, onClose }: { resource: Resource; namespace: string; name: string; onClose(): void }) {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const hub = useHub()
  const key = resourceKey(resource)
  const source = useMemo(
    () => ({
      context: place.context,
      resource: { group: resource.group, version: resource.version, plural: resource.plural, namespaced: resource.namespaced },
      namespace: namespace || undefined,
      fieldSelector: `metadata.name=${name}`,
    }),
    [place.context, resource, namespace, name],
  )
  const data = useObject(source)
  const connection = useConnection(place.context)
  const object = data?.object ?? undefined
  const tabs = tabsOf[key] ?? defaultTabs
  const tab = tabs.find((known) => known === place.tab) ?? 'overview'
  return (
    <div className={object && isStale(connection) ? 'details stale' : 'details'}>
      <DetailsHead
        resource={resource}
        namespace={namespace}
        name={name}
        object={object}
        deleted={data?.deleted ?? false}
        onClose={onClose}
      />
      <TabBar
        label={t('details.tabsLabel')}
        active={tab}
        onPick={(next) => go({ tab: next === 'overview' ? '' : next })}
        tabs={tabs.map((id) => ({ id, label: t(`details.tabs.${id}`) }))}
      />
      <FeedNotice state={data?.state} count={object ? 1 : 0} connection={connection} onRetry={() => hub.kick()} />
      <div className="details-body" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {object ? (
          <Panel tab={tab} resource={resource} object={object} />
        ) : data?.state.synced ? (
          <div className="empty">
            <strong>{t('details.notFound', { kind: resource.kind, name })}</strong>
            <span>{t('details.notFoundNext')}</span>
            <button type="button" className="icon-button action" onClick={onClose}>
              {t('details.backToList')}
            </button>
          </div>
        ) : null}
      </div>
    </div>
  )
}

function DetailsHead({
  resource,
  namespace,
  name,
  object,
  deleted,
  onClose,
}: {
  resource: Resource
  namespace: string
  name: string
  object: KubeObject | undefined
  deleted: boolean
  onClose(): void
}) {
  const { t } = useTranslation()
  const place = usePlace()
  const requestDelete = useDelete()
  const status = object && statusOf(resourceKey(resource), object)
  return (
    <div className="details-head">
      <span className="dim">{resource.kind}</span>
      <h2 className="ellipsis" title={name}>
        {name}
      </h2>
      {deleted ? <ToneWord tone="bad">{t('details.deleted')}</ToneWord> : status && <ToneWord tone={status.tone}>{status.text}</ToneWord>}
      <span className="bar-space" />
      <CopyButton text={() => window.location.origin + placeUrl(place)} label={t('details.copyLink')} />
      {can(resource, 'delete') && object && !deleted && (
        <button
          type="button"
          className="icon-button danger"
          aria-label={t('details.delete', { name })}
          title={t('details.delete', { name })}
          onClick={() =>
            requestDelete({
              context: place.context,
              resource,
              objects: [{ key: object.metadata.uid ?? `${namespace}/${name}`, name, namespace }],
            })
          }
        >
          <Icon name="trash" size={14} />
        </button>
      )}
      <button type="button" className="icon-button" onClick={onClose} aria-label={t('common.close')} title={t('common.close')}>
        <Icon name="close" size={14} />
      </button>
    </div>
  )
}

function statusOf(key: string, object: KubeObject) {
  if (object.metadata.deletionTimestamp && key !== 'pods') return { text: 'Terminating', tone: 'busy' as const }
  if (key === 'pods') return podSummary(object as Pod)
  return key === 'nodes' ? nodeStatus(object as Node) : undefined
}

function Panel({ tab, resource, object }: { tab: TabName; resource: Resource; object: KubeObject }) {
  const place = usePlace()
  const { name } = object.metadata
  switch (tab) {
    case 'overview':
      return <Overview resource={resource} object={withKind(object, resource)} />
    case 'yaml':
      return (
        <Suspense fallback={null}>
          <YamlView object={withKind(object, resource)} />
        </Suspense>
      )
    case 'events':
      return <EventsTab context={place.context} object={withKind(object, resource)} />
    case 'logs':
      return <LogsPanel pod={object as Pod} />
    case 'node-logs':
      return (
        <NodeGate context={place.context}>
          <NodeLogs key={name} context={place.context} node={name} />
        </NodeGate>
      )
    case 'profile':
      return (
        <NodeGate context={place.context}>
          <NodeProfile key={name} context={place.context} node={name} />
        </NodeGate>
      )
    case 'stats':
    case 'configz':
      return (
        <NodeGate context={place.context}>
          <NodeRaw key={tab} context={place.context} node={name} path={tab === 'stats' ? 'stats/summary' : 'configz'} />
        </NodeGate>
      )
  }
}

/** Objects from a list carry no kind of their own. */
const withKind = (object: KubeObject, resource: Resource): KubeObject => ({
  apiVersion: resource.group ? `${resource.group}/${resource.version}` : resource.version,
  ...object,
  kind: object.kind ?? resource.kind,
})

function Overview({ resource, object }: { resource: Resource; object: KubeObject }) {
  switch (resourceKey(resource)) {
    case 'pods':
      return <PodOverview pod={object as Pod} />
    case 'nodes':
      return <NodeOverview node={object as Node} />
    case 'services':
      return <ServiceOverview service={object as Service} />
    default:
      return <GenericOverview object={object} />
  }
}

function LogsPanel({ pod }: { pod: Pod }) {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const dock = useDock()
  const started = hasStarted(pod)
  const { name, namespace = '', uid } = pod.metadata
  const target = { context: place.context, namespace, pod: name, containers: containerNames(pod) }
  return (
    <div className="panel-fill">
      {!started && (
        <div className="notice" role="status">
          <ToneWord tone="busy">{t('details.notStarted', { status: podSummary(pod).text })}</ToneWord>
          <button type="button" className="icon-button action" onClick={() => go({ tab: 'events' })}>
            {t('details.tabs.events')}
          </button>
        </div>
      )}
      {/* What was asked before the first container started ended with nothing: asked anew. */}
      <PodLogs key={`${uid} ${started}`} target={target} onDock={(container) => dock.add(logsTab({ ...target, container }))} />
    </div>
  )
}

/** Some container runs, or has run: there may be lines. */
function hasStarted({ status }: Pod): boolean {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return all.some(({ state, lastState }) => state?.running ?? state?.terminated ?? lastState?.terminated)
}
