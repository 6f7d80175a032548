import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DiffView } from '../../tools/actions/diff-view.tsx'
import { CodeEditor } from '../../tools/yaml/code-editor.tsx'
import { yamlText } from '../../tools/yaml/text.ts'
import { isSecret } from '../../kube/secret-values.ts'
import { Age } from '../../ui/age.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorView } from '../../ui/error-view.tsx'
import { Facts, Section, Table } from '../../ui/facts.tsx'
import { Icon, ToneWord } from '../../ui/icon.tsx'
import { MiddleName } from '../../ui/middle-name.tsx'
import { useGo, usePlace } from '../../ui/place.ts'
import { TabBar } from '../../ui/tab-bar.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import { ObjectLink } from '../generic/common.tsx'
import { NamedObject } from '../generic/named-object.tsx'
import { objectsOf } from './objects.ts'
import { type Release, releaseTone, type Revision } from './release.ts'
import { ReleaseDialog } from './release-dialog.tsx'
import { chartText } from './release-list.tsx'
import { comparedManifests, manifestText } from './texts.ts'
import { PageNotice, useAway } from '../generic/page-notice.tsx'
import { useOutlines, useRelease, useReleases } from './use-releases.ts'

const tabs = ['overview', 'values', 'manifest', 'history'] as const

type Asked = { kind: 'uninstall' } | { kind: 'rollback'; to: Revision }

/** One release: what it is, its values, its manifest, and its revisions with what each changed. */
export function ReleasePane({ namespace, name, onClose }: { namespace: string; name: string; onClose(): void }) {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const { context } = place
  const away = useAway(context)
  const { state, releases } = useReleases(context, namespace, name)
  const revisions = releases[0] ?? none
  const [newest] = revisions
  const { data: release, error, refetch } = useRelease(context, newest)
  const [asked, setAsked] = useState<Asked>()
  const tab = tabs.find((id) => id === place.tab) ?? 'overview'
  return (
    <div className="details">
      <div className="details-head">
        <span className="dim">{t('helm.release')}</span>
        <h2 className="ellipsis" aria-label={name}>
          <MiddleName text={name} />
        </h2>
        {newest && <ToneWord tone={releaseTone(newest.status)}>{newest.status}</ToneWord>}
        <span className="bar-space" />
        {newest && (
          <button type="button" className="icon-button danger" onClick={() => setAsked({ kind: 'uninstall' })}>
            <Icon name="trash" size={14} />
            {t('helm.uninstall')}
          </button>
        )}
        <button type="button" className="icon-button" onClick={onClose} aria-label={t('common.close')} title={t('common.close')}>
          <Icon name="close" size={14} />
        </button>
      </div>
      <TabBar
        label={t('details.tabsLabel')}
        active={tab}
        onPick={(next) => go({ tab: next === 'overview' ? '' : next })}
        tabs={tabs.map((id) => ({ id, label: t(`helm.tabs.${id}`) }))}
      />
      <PageNotice state={state} count={revisions.length} />
      <div className="details-body" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {error && <ErrorView error={error} onRetry={() => void refetch()} />}
        {state?.synced && !away && !newest && (
          <div className="empty">
            <strong>{t('details.notFound', { kind: t('helm.release'), name })}</strong>
          </div>
        )}
        {tab === 'history' && newest ? (
          <History revisions={revisions} onRollback={(to) => setAsked({ kind: 'rollback', to })} />
        ) : (
          release && <Panel tab={tab} release={release} namespace={namespace} newest={newest} />
        )}
      </div>
      {asked && (
        <ReleaseDialog
          key={`${asked.kind} ${asked.kind === 'rollback' ? asked.to.version : ''}`}
          context={context}
          namespace={namespace}
          revisions={revisions}
          earlier={asked.kind === 'rollback' ? asked.to : undefined}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  )
}
const none: Revision[] = []

function Panel({ tab, release, namespace, newest }: { tab: string; release: Release; namespace: string; newest: Revision | undefined }) {
  if (tab === 'values') return <Values release={release} />
  if (tab === 'manifest') return <Manifest release={release} />
  return <Overview release={release} namespace={namespace} newest={newest} />
}

function Overview({ release, namespace, newest }: { release: Release; namespace: string; newest: Revision | undefined }) {
  const { t } = useTranslation()
  const { info, chart } = release
  const objects = useMemo(() => objectsOf(release.manifest), [release.manifest])
  const time = (text: string | undefined) => (Number.isNaN(Date.parse(text ?? '')) ? undefined : <Age at={Date.parse(text ?? '')} />)
  return (
    <div className="overview">
      <Facts
        rows={[
          [t('helm.columns.chart'), chartText(chart?.metadata)],
          [t('helm.columns.appVersion'), chart?.metadata?.appVersion],
          [t('helm.description'), chart?.metadata?.description],
          [t('helm.columns.revision'), String(release.version)],
          [t('helm.last'), info.description],
          [t('helm.first'), time(info.first_deployed)],
          [t('helm.columns.updated'), time(info.last_deployed)],
          [t('facts.namespace'), <ObjectLink key="ns" resource="namespaces" namespace="" name={namespace} />],
          [t('facts.secret'), newest && <ObjectLink resource="secrets" namespace={namespace} name={newest.secret} />],
          [t('helm.hooks'), (release.hooks ?? []).map(({ name, events = [] }) => `${name} (${events.join(', ')})`).join(', ')],
        ]}
      />
      {info.notes && (
        <Section title={t('helm.notes')}>
          <pre className="data-text mono" tabIndex={0} aria-label={t('helm.notes')}>
            {info.notes.trim()}
          </pre>
        </Section>
      )}
      <Section title={t('helm.objects')}>
        {objects.length === 0 && <p className="dim">{t('helm.noObjects')}</p>}
        <ul className="plain-list">
          {objects.map(({ index, apiVersion, kind, name, namespace: own }, at) => (
            <li key={index}>
              <NamedObject apiVersion={apiVersion} kind={kind} namespace={own || namespace} name={name} at={at} />
            </li>
          ))}
        </ul>
      </Section>
    </div>
  )
}

/** What was given for this release, or all of what the chart made of it. */
function Values({ release }: { release: Release }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const text = yamlText((all ? merged(release.chart?.values, release.config) : release.config) ?? {})
  return (
    <div className="panel-fill">
      <div className="log-bar">
        <Toggle label={t('helm.withDefaults')} on={all} onChange={setAll} />
        <span className="bar-space" />
        <CopyButton text={text} label={t('common.copy')} />
      </div>
      <CodeEditor text={text} label={t('helm.tabs.values')} />
    </div>
  )
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Values over a chart's own, as helm lays them (helm pkg/chart/common/util/coalesce.go): null takes a default away. */
function merged(defaults: unknown, given: unknown): unknown {
  if (!isObject(defaults) || !isObject(given)) return given === undefined ? defaults : given
  const keys = new Set([...Object.keys(defaults), ...Object.keys(given)])
  return Object.fromEntries([...keys].flatMap((key) => (given[key] === null ? [] : [[key, merged(defaults[key], given[key])]])))
}

function Manifest({ release }: { release: Release }) {
  const { t } = useTranslation()
  const [revealed, setRevealed] = useState(false)
  const secret = useMemo(() => objectsOf(release.manifest).some(({ value }) => isSecret(value)), [release.manifest])
  const text = useMemo(() => manifestText(release.manifest, revealed), [release.manifest, revealed])
  return (
    <div className="panel-fill">
      <div className="log-bar">
        {secret && <Toggle label={t('secret.reveal')} on={revealed} onChange={setRevealed} />}
        <span className="bar-space" />
        <CopyButton text={text} label={t('common.copy')} />
      </div>
      <CodeEditor text={text} label={t('helm.tabs.manifest')} />
    </div>
  )
}

/** The revisions, and what one changed against another. */
function History({ revisions, onRollback }: { revisions: readonly Revision[]; onRollback(to: Revision): void }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const [pair, setPair] = useState<[number, number]>()
  const [from, to] = pair ?? [revisions[1]?.version, revisions[0]?.version]
  const outlines = useOutlines(context, revisions)
  /** As `helm history` has it: which chart one would go back to, and why a revision has failed. */
  const noteOf = ({ uid }: Revision): string => {
    const { chart, said } = outlines.get(uid) ?? {}
    return [chartText(chart), chart?.appVersion && t('helm.app', { version: chart.appVersion }), said].filter(Boolean).join(' · ')
  }
  const byVersion = (version: number | undefined): Revision | undefined => revisions.find((revision) => revision.version === version)
  const { data: before, error: beforeError } = useRelease(context, byVersion(from))
  const { data: after, error: afterError } = useRelease(context, byVersion(to))
  const [old, next] = useMemo(() => (before && after ? comparedManifests(before.manifest, after.manifest) : ['', '']), [before, after])
  const values = (release: Release | undefined): string => yamlText(release?.config ?? {})
  const choice = (label: string, value: number | undefined, pick: (version: number) => [number, number]) => (
    <select className="select" aria-label={label} value={value} onChange={(event) => setPair(pick(Number(event.target.value)))}>
      {revisions.map(({ version }) => (
        <option key={version} value={version}>
          {t('revisions.number', { number: version })}
        </option>
      ))}
    </select>
  )
  return (
    <div className="overview">
      <Table
        head={[t('helm.columns.revision'), t('helm.columns.status'), t('helm.columns.updated'), '']}
        rows={revisions.map((revision, index) => ({
          key: revision.uid,
          note: noteOf(revision) && <span className="dim">{noteOf(revision)}</span>,
          cells: [
            String(revision.version),
            <ToneWord key="s" tone={releaseTone(revision.status)}>
              {revision.status}
            </ToneWord>,
            <Age key="a" at={revision.modified} />,
            index > 0 && (
              <button key="r" type="button" className="icon-button action" onClick={() => onRollback(revision)}>
                {t('helm.rollbackTo', { revision: revision.version })}
              </button>
            ),
          ],
        }))}
      />
      {revisions.length > 1 && from !== undefined && to !== undefined && (
        <>
          <p className="revision-line">
            {choice(t('helm.from'), from, (version) => [version, to])}
            <span>→</span>
            {choice(t('helm.to'), to, (version) => [from, version])}
          </p>
          {(beforeError ?? afterError) && <ErrorView error={beforeError ?? afterError} />}
          {before && after && (
            <>
              <Section title={t('helm.tabs.values')}>
                <DiffView before={values(before)} after={values(after)} label={t('helm.tabs.values')} />
              </Section>
              <Section title={t('helm.tabs.manifest')}>
                <DiffView before={old} after={next} label={t('helm.tabs.manifest')} />
              </Section>
            </>
          )}
        </>
      )}
    </div>
  )
}
