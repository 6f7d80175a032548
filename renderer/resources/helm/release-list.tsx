import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Age } from '../../ui/age.tsx'
import { Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { PageNotice, useAway } from '../generic/page-notice.tsx'
import { releaseTone, type Revision } from './release.ts'
import { mostOpened, useOutlines, useReleases } from './use-releases.ts'
import './helm.css'

const weights = { bad: 0, warn: 1, busy: 2, ok: 3, muted: 4 }

/** The Helm releases of a cluster or a namespace, from the Secrets in which helm keeps them; those in trouble first. */
export function ReleaseList({ refused }: { /** For somebody who may not look here: where else. */ refused: ReactNode }) {
  const { t } = useTranslation()
  const place = usePlace()
  const { context, namespace } = place
  const [filter, setFilter] = useState('')
  const { state, releases } = useReleases(context, namespace)
  const newest = useMemo(
    () =>
      releases.flatMap(([first]) => (first ? [first] : [])).sort((a, b) => weights[releaseTone(a.status)] - weights[releaseTone(b.status)]),
    [releases],
  )
  const wanted = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = newest.filter((revision) => {
    const text = `${revision.namespace}/${revision.name} ${revision.status}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
  const outlines = useOutlines(context, shown)
  const away = useAway(context)
  const known = newest.length > 0 || (state?.synced === true && !away)
  return (
    <section className="list-page" aria-label={t('helm.title')}>
      <div className="toolbar">
        <h1>{t('helm.title')}</h1>
        {known && (
          <span className="counts" data-testid="counts">
            {shown.length === newest.length
              ? t('list.count', { count: newest.length })
              : t('list.countFiltered', { shown: shown.length, count: newest.length })}
          </span>
        )}
        <input
          className="text-input filter-input"
          type="text"
          data-filter
          value={filter}
          spellCheck={false}
          placeholder={t('list.filter')}
          aria-label={t('list.filter')}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      <PageNotice state={state} count={newest.length} />
      {!known && state?.error?.code === 403 && refused}
      <div className="helm-list" tabIndex={0} role="region" aria-label={t('helm.title')}>
        {!known ? (
          state?.error === undefined && !away && <p className="dim card-note">{t('common.loading')}</p>
        ) : shown.length === 0 ? (
          <div className="empty">
            <strong>{newest.length > 0 ? t('list.noMatch', { filter }) : t('helm.none')}</strong>
            <span>{newest.length === 0 && t('helm.noneNext')}</span>
          </div>
        ) : (
          <Table
            head={['name', 'namespace', 'status', 'revision', 'chart', 'appVersion', 'updated'].map((id) => t(`helm.columns.${id}`))}
            numbers={[3]}
            rows={shown.map((revision) => ({
              key: revision.uid,
              cells: [
                <ReleaseLink key="name" of={revision} />,
                revision.namespace,
                <ToneWord key="status" tone={releaseTone(revision.status)}>
                  {revision.status}
                </ToneWord>,
                String(revision.version),
                chartText(outlines.get(revision.uid)?.chart),
                outlines.get(revision.uid)?.chart.appVersion ?? '',
                <Age key="age" at={revision.modified} />,
              ],
            }))}
          />
        )}
        {shown.length > mostOpened && <p className="dim card-note">{t('helm.chartsCut', { count: mostOpened })}</p>}
      </div>
    </section>
  )
}

export const chartText = (chart: { name?: string; version?: string } | undefined): string =>
  chart ? [chart.name, chart.version].filter(Boolean).join('-') : ''

function ReleaseLink({ of: { namespace, name } }: { of: Revision }) {
  const place = usePlace()
  const here = place.object?.name === name && place.object.namespace === namespace
  const to = placeUrl({ context: place.context, namespace: place.namespace, resource: 'helm', object: { namespace, name } })
  return (
    <Link to={to} aria-current={here ? 'true' : undefined}>
      {name}
    </Link>
  )
}
