import { Suspense, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { isStale } from '../kube/connection.ts'
import { isInert, quietTone } from '../kube/control-loops.ts'
import type { FeedSource } from '../kube/protocol.ts'
import type { KubeObject } from '../kube/types.ts'
import { apiVersionOf, can, type Resource, resourceKey } from '../kube/resource.ts'
import { useConnection } from '../queries/connection.ts'
import { useMissing } from '../queries/control-loops.ts'
import { useHub, useObject } from '../queries/hub.ts'
import { EventsTab } from '../resources/events/events-tab.tsx'
import type { KindPage } from '../resources/page.ts'
import { pageOf } from '../resources/pages.tsx'
import { useAct } from '../tools/actions/act-context.ts'
import { useRefused } from '../tools/actions/allowed.ts'
import { deletion } from '../tools/actions/common.ts'
import { KeptDraft } from '../tools/yaml/deleted-notice.tsx'
import { draftKey } from '../tools/yaml/drafts.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { ActionMenuButton } from './action-menu.tsx'
import { NobodyWorks } from './nobody-works.tsx'
import './details.css'
import { FeedNotice } from '../ui/feed-notice.tsx'
import { Icon, ToneWord } from '../ui/icon.tsx'
import { MiddleName } from '../ui/middle-name.tsx'
import { placeUrl, useGo, usePlace } from '../ui/place.ts'
import { shareUrl } from '../ui/share.ts'
import { PinButton } from './pins/pin-button.tsx'
import { useStatusWord } from './status-word.ts'
import { useTargetSource } from './targets.ts'
import { TabBar } from '../ui/tab-bar.tsx'
import { part } from '../ui/part.tsx'

const YamlView = part(() => import('../tools/yaml/yaml-view.tsx').then((m) => m.YamlView))
const ObjectTopology = part(() => import('../resources/topology/topology.tsx').then((m) => m.ObjectTopology))
const EditView = part(() => import('../tools/yaml/edit-view.tsx').then((m) => m.EditView))

/** What every kind has; the rest is the kind's own. */
const commonTabs = ['overview', 'yaml', 'events', 'topology'] as const

/** One object, live: what it is, its YAML, its events, and the tools of its kind. */
export function Details({
  resource,
  namespace,
  name,
  full,
  onFull,
  onClose,
}: {
  resource: Resource
  namespace: string
  name: string
  /** Over the whole width, or beside the list. */
  full: boolean
  onFull(full: boolean): void
  onClose(): void
}) {
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
  // One and the same until another comes: its YAML is written of it.
  const shown = useMemo(() => object && withKind(object, resource), [object, resource])
  const page = pageOf(key)
  const tabs = [...commonTabs, ...(page.tabs ?? []).map(({ id }) => id)]
  // One tab to read and to change it; the address says which.
  const editing = place.tab === 'edit'
  const tab = editing ? 'yaml' : (tabs.find((known) => known === place.tab) ?? 'overview')
  return (
    <div className={object && isStale(connection) ? 'details stale' : 'details'}>
      <DetailsHead
        resource={resource}
        source={source}
        namespace={namespace}
        name={name}
        object={object}
        deleted={data?.deleted ?? false}
        full={full}
        onFull={onFull}
        onClose={onClose}
      />
      <TabBar
        label={t('details.tabsLabel')}
        active={tab}
        onPick={(next) => go({ tab: next === 'overview' ? '' : next })}
        tabs={tabs.map((id) => ({ id, label: t(`details.tabs.${id}`) }))}
      />
      <FeedNotice state={data?.state} count={object ? 1 : 0} connection={connection} onRetry={() => hub.kick()} />
      <NobodyWorks resource={resource} />
      <div className="details-body" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {shown ? (
          <Panel tab={editing ? 'edit' : tab} page={page} object={shown} deleted={data?.deleted ?? false} resource={resource} />
        ) : data?.state.synced ? (
          <>
            <KeptDraft draft={draftKey(place.context, key, { namespace, name })} />
            <div className="empty">
              <strong>{t('details.notFound', { kind: resource.kind, name })}</strong>
              <span>{t('details.notFoundNext')}</span>
              <button type="button" className="icon-button action" onClick={onClose}>
                {t('details.backToList')}
              </button>
            </div>
          </>
        ) : null}
      </div>
    </div>
  )
}

function DetailsHead({
  resource,
  source,
  namespace,
  name,
  object,
  deleted,
  full,
  onFull,
  onClose,
}: {
  resource: Resource
  /** Names the object. */
  source: FeedSource
  namespace: string
  name: string
  object: KubeObject | undefined
  deleted: boolean
  full: boolean
  onFull(full: boolean): void
  onClose(): void
}) {
  const { t } = useTranslation()
  const place = usePlace()
  const act = useAct()
  const key = resourceKey(resource)
  const inert = isInert(key, useMissing(place.context, key))
  const status = useStatusWord(key, source, object)
  const target = {
    context: place.context,
    resource,
    objects: [{ key: object?.metadata.uid ?? `${namespace}/${name}`, name, namespace }],
  }
  const [refused] = useRefused([deletion], target)
  const whyNot = refused === undefined ? undefined : t('rights.notAllowed', { what: refused })
  useTargetSource('details', () => (object && !deleted ? { target, object: withKind(object, resource) } : undefined))
  return (
    <div className="details-head">
      <div className="details-title">
        <span className="dim" title={resource.kind} style={{ minWidth: `min(48px, ${resource.kind.length}ch)` }}>
          {resource.kind}
        </span>
        <h2 className="ellipsis" aria-label={name}>
          <MiddleName text={name} />
        </h2>
        {deleted ? (
          <ToneWord tone="bad">{t('details.deleted')}</ToneWord>
        ) : (
          status && <ToneWord tone={inert ? quietTone(status.tone) : status.tone}>{status.text}</ToneWord>
        )}
      </div>
      <CopyButton text={() => shareUrl(placeUrl(place))} label={t('details.copyLink')} />
      <PinButton pin={{ context: place.context, resource: key, namespace, name }} />
      {object && !deleted && <ActionMenuButton target={target} object={withKind(object, resource)} />}
      {can(resource, 'delete') && object && !deleted && (
        <button
          type="button"
          className="icon-button danger"
          aria-label={[t('details.delete', { name }), whyNot].filter(Boolean).join('. ')}
          title={whyNot ?? t('details.delete', { name })}
          disabled={whyNot !== undefined}
          onClick={() => act(deletion, target)}
        >
          <Icon name="trash" size={14} />
        </button>
      )}
      <button
        type="button"
        className="icon-button details-full"
        onClick={() => onFull(!full)}
        aria-pressed={full}
        aria-label={t('details.full')}
        title={t(full ? 'details.beside' : 'details.full')}
      >
        <Icon name={full ? 'split' : 'full'} size={14} />
      </button>
      <button type="button" className="icon-button" onClick={onClose} aria-label={t('common.close')} title={t('common.close')}>
        <Icon name="close" size={14} />
      </button>
    </div>
  )
}

function Panel({
  tab,
  page,
  object,
  deleted,
  resource,
}: {
  tab: string
  page: KindPage
  object: KubeObject
  deleted: boolean
  resource: Resource
}) {
  const place = usePlace()
  const own = page.tabs?.find(({ id }) => id === tab)
  if (own) return <own.Panel object={object} />
  switch (tab) {
    case 'yaml':
      return (
        <Suspense fallback={null}>
          <YamlView object={object} resource={resource} context={place.context} />
        </Suspense>
      )
    case 'edit':
      return (
        <Suspense fallback={null}>
          <EditView object={object} deleted={deleted} resource={resource} context={place.context} />
        </Suspense>
      )
    case 'topology':
      return (
        <Suspense fallback={null}>
          <ObjectTopology object={object} />
        </Suspense>
      )
    case 'events':
      return <EventsTab context={place.context} object={object} />
    default:
      return <page.Overview object={object} />
  }
}

/** Objects from a list carry no kind of their own. */
const withKind = (object: KubeObject, resource: Resource): KubeObject => ({
  apiVersion: apiVersionOf(resource),
  ...object,
  kind: object.kind ?? resource.kind,
})
