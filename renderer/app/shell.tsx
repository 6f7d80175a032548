import { Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Navigate } from 'react-router'
import { ApiError } from '../kube/api-error.ts'
import type { Resource } from '../kube/resource.ts'
import { useConnection } from '../queries/connection.ts'
import { useContexts, useFollowContexts } from '../queries/contexts.ts'
import { useDiscovery, useResource, wellKnown } from '../queries/discovery.ts'
import { useLocal } from '../queries/local.ts'
import { actingAs, baseContext } from '../kube/acting.ts'
import { rightsPlace } from '../tools/rights/links.tsx'
import { useAct } from '../tools/actions/act-context.ts'
import { ComposeProvider } from '../tools/apply/compose-provider.tsx'
import { ActProvider } from '../tools/actions/act-provider.tsx'
import { DockProvider } from '../tools/dock/dock-provider.tsx'
import { bridge } from '../ui/bridge.ts'
import { ErrorActionsContext } from '../ui/error-actions.ts'
import { ErrorView } from '../ui/error-view.tsx'
import { errorOf } from '../ui/feed-notice.tsx'
import { ToneWord } from '../ui/icon.tsx'
import { contextsOf, placeUrl, useGo, usePlace } from '../ui/place.ts'
import { Splitter } from '../ui/splitter.tsx'
import { useStored } from '../ui/storage.ts'
import { Dock } from './dock.tsx'
import { Broken } from './broken.tsx'
import { Help } from './help.tsx'
import { ActingBand } from './acting-band.tsx'
import { Home } from './home/home.tsx'
import { useKeys } from './keys.ts'
import { ListPage } from './list-page.tsx'
import { LocalGuard } from './local-guard.tsx'
import { LocalActions } from './local-actions.tsx'
import { useMenu } from './menu.ts'
import { Notices } from './notices.tsx'
import { Palette } from './palette.tsx'
import { useRecent } from './saved-views.tsx'
import { Rail } from './rail.tsx'
import './shell.css'
import { startUrl } from './start-url.ts'
import { useStartNamespace } from './start-namespace.ts'
import { StatusBar } from './status-bar.tsx'
import { actionForKey, TargetsContext, useCurrentTarget } from './targets.ts'
import { TitleBar } from './title-bar.tsx'
import { part } from '../ui/part.tsx'

// The first that one is likely to want comes first.
const Details = part(() => import('./details.tsx').then((m) => m.Details))
const HelmPlace = part(() => import('./helm-place.tsx').then((m) => m.HelmPlace))
const RightsPage = part(() => import('../tools/rights/rights-page.tsx').then((m) => m.RightsPage))
const ClustersPlace = part(() => import('./home/clusters-place.tsx').then((m) => m.ClustersPlace))
const LoopsPage = part(() => import('../tools/loops/loops-page.tsx').then((m) => m.LoopsPage))
const TopologyPlace = part(() => import('./topology-place.tsx').then((m) => m.TopologyPlace))
const PinWatch = part(() => import('./pins/pin-watch.tsx').then((m) => m.PinWatch))

/** The frame around every place. */
export function Shell() {
  return (
    <DockProvider>
      <ComposeProvider>
        <ActProvider>
          <TargetsContext value={useRef({})}>
            <LocalGuard>
              <Frame />
            </LocalGuard>
          </TargetsContext>
        </ActProvider>
      </ComposeProvider>
    </DockProvider>
  )
}

function Frame() {
  const place = usePlace()
  const [palette, setPalette] = useState<string>()
  const [help, setHelp] = useState(false)
  const [log, setLog] = useState(false)
  const [notices, setNotices] = useState(false)
  const act = useAct()
  const currentTarget = useCurrentTarget()
  const actByKey = async (key: string, inList: boolean): Promise<void> => {
    const located = await currentTarget(inList)
    const action = located && (await actionForKey(key, located))
    if (action) act(action, located.target)
  }
  const actions = {
    act: (key: string, inList: boolean) => void actByKey(key, inList),
    palette: setPalette,
    help: () => setHelp(true),
    localLog: () => setLog(true),
    notices: () => setNotices(true),
  }
  const errorActions = useMemo(() => ({ LocalNotRunning: <LocalActions onLog={() => setLog(true)} /> }), [])
  useKeys(actions)
  useMenu(actions)
  useTitle()
  useFollowContexts()
  useRecent()
  const ready = useStartNamespace()
  return (
    <ErrorActionsContext value={errorActions}>
      <div className="shell">
        <TitleBar onPalette={() => setPalette('')} onHelp={() => setHelp(true)} />
        <ActingBand />
        <Rail />
        <main className="main" tabIndex={-1}>
          <SessionEnded />
          <Broken place={`${place.context} ${place.resource}`}>
            {place.context === '' ? (
              <Start />
            ) : !ready ? null : place.resource === '' ? (
              <Home />
            ) : place.resource === rightsPlace ? (
              <Suspense fallback={null}>
                <RightsPage key={place.context} />
              </Suspense>
            ) : (
              <KindPlace />
            )}
          </Broken>
        </main>
        <Dock />
        <StatusBar logOpen={log} onLog={setLog} />
      </div>
      <Palette text={palette} onClose={() => setPalette(undefined)} />
      {bridge && (
        <Suspense fallback={null}>
          <PinWatch />
        </Suspense>
      )}
      <Help opened={help} onClose={() => setHelp(false)} onNotices={() => setNotices(true)} />
      <Notices opened={notices} onClose={() => setNotices(false)} />
    </ErrorActionsContext>
  )
}

/** The gateway no longer admits this window: it was restarted, or the cookie is gone. Nothing here can heal that. */
function SessionEnded() {
  const { t } = useTranslation()
  const { error } = useLocal()
  if (!(error instanceof ApiError) || error.code !== 401) return null
  return (
    <div className="session-ended" role="alert">
      <ToneWord tone="bad">{t('session.ended')}</ToneWord> {t('session.next')}
    </div>
  )
}

function useTitle(): void {
  const place = usePlace()
  useEffect(() => {
    const what = place.object?.name ?? place.resource
    const as = actingAs(place.context)
    document.title = [what, as ? `${baseContext(place.context)} (${as.user})` : place.context, 'Binnacle'].filter(Boolean).join(' · ')
  }, [place])
}

/** A URL that names no context goes to the current one. */
function Start() {
  const { t } = useTranslation()
  const { data, error, refetch } = useContexts()
  if (error) return <ErrorView error={error} onRetry={() => void refetch()} />
  if (!data) return null
  const start = startUrl(data)
  return start === undefined ? <div className="empty">{t('contexts.none')}</div> : <Navigate to={start} replace />
}

/** Two fifths of the window, so that the list beside it keeps its first columns. */
const defaultWidth = (): number => Math.round(Math.min(820, Math.max(440, window.innerWidth * 0.4)))

/** A list, and beside it the object that is open. */
function KindPlace() {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const found = useResource(place.context, place.resource)
  const resource: Resource | undefined = found ?? wellKnown[place.resource]
  const [width, setWidth] = useStored('details.width', defaultWidth())
  const [full, setFull] = useStored('details.full', false)
  if (place.resource === 'helm' && !resource) {
    return (
      <Suspense fallback={null}>
        <HelmPlace width={defaultWidth()} />
      </Suspense>
    )
  }
  if (place.resource === 'clusters' && !resource) {
    return (
      <Suspense fallback={null}>
        <ClustersPlace />
      </Suspense>
    )
  }
  if (place.resource === 'topology' && !resource) {
    return (
      <Suspense fallback={null}>
        <TopologyPlace />
      </Suspense>
    )
  }
  if (place.resource === 'loops' && !resource) {
    return (
      <Suspense fallback={null}>
        <LoopsPage key={place.context} />
      </Suspense>
    )
  }
  if (!resource) return <NoKind />
  const most = Math.max(320, window.innerWidth - 480)
  return (
    <>
      <ListPage key={`${contextsOf(place).join('|')}|${place.resource}`} resource={resource} />
      {place.object && (
        <>
          <Splitter label={t('details.resize')} axis="x" value={Math.min(width, most)} min={320} max={most} onChange={setWidth} />
          <aside
            className={full ? 'details-pane full' : 'details-pane'}
            style={{ width: Math.min(width, most) }}
            aria-label={t('details.label', { name: place.object.name })}
          >
            <Suspense fallback={null}>
              <Details
                key={`${place.context}|${place.resource}|${place.object.namespace}|${place.object.name}`}
                resource={resource}
                namespace={place.object.namespace}
                name={place.object.name}
                full={full}
                onFull={setFull}
                onClose={() => go({ object: undefined, tab: '' })}
              />
            </Suspense>
          </aside>
        </>
      )}
    </>
  )
}

/** A kind that is not known: yet, because the cluster does not answer, or because it does not serve it. */
function NoKind() {
  const { t } = useTranslation()
  const place = usePlace()
  const discovery = useDiscovery(place.context)
  const connection = useConnection(place.context)
  // A cluster that is known to be away is no reason to wait for the next answer to fail.
  const failed = discovery.failureReason ?? (discovery.data ? undefined : errorOf(connection))
  if (failed) return <ErrorView error={failed} onRetry={() => void discovery.refetch()} heals />
  if (!discovery.data) return <div className="empty">{t('list.discovering')}</div>
  return (
    <div className="empty">
      <strong>{t('list.unknownKind', { kind: place.resource })}</strong>
      <span>{t('list.unknownKindNext')}</span>
      <Link to={placeUrl({ context: place.context, namespace: place.namespace })}>{t('rail.home')}</Link>
    </div>
  )
}
