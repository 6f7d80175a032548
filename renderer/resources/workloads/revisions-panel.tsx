import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { KubeObject } from '../../kube/types.ts'
import { useHub } from '../../queries/hub.ts'
import { DiffView } from '../../tools/actions/diff-view.tsx'
import { yamlText } from '../../tools/yaml/text.ts'
import { Age } from '../../ui/age.tsx'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { usePlace } from '../../ui/place.ts'
import { imagesText } from './revision-form.tsx'
import './revision-form.css'
import { useRevisions } from './use-revisions.ts'

/** The templates that are kept, and what each changed against the one before, or against what is wanted now. */
export function RevisionsPanel({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const hub = useHub()
  const { context } = usePlace()
  const { revisions, state } = useRevisions(context, object)
  const [against, setAgainst] = useState<'before' | 'now'>('before')
  const [newest] = revisions
  return (
    <div className="overview">
      <FeedNotice state={state} count={revisions.length} onRetry={() => hub.kick()} />
      {state?.synced && revisions.length === 0 && <p className="dim">{t('workloads.noRevisions')}</p>}
      {revisions.length > 1 && (
        <p className="revision-line">
          <label htmlFor="against">{t('revisions.against')}</label>
          <select
            id="against"
            className="select"
            value={against}
            onChange={(event) => setAgainst(event.target.value === 'now' ? 'now' : 'before')}
          >
            <option value="before">{t('revisions.before')}</option>
            <option value="now">{t('revisions.now')}</option>
          </select>
        </p>
      )}
      {revisions.map((revision, index) => {
        const other = against === 'now' ? newest : revisions[index + 1]
        const [old, next] = against === 'now' ? [revision, other] : [other, revision]
        return (
          <details key={revision.name} className="container-box" open={index === 0 && other !== undefined && other !== revision}>
            <summary className="revision-line">
              <strong>{t('revisions.number', { number: revision.number })}</strong>
              <span className="mono ellipsis">{imagesText(revision)}</span>
              {revision.cause && <span className="ellipsis">{revision.cause}</span>}
              <span className="bar-space" />
              {revision.created && <Age at={Date.parse(revision.created)} />}
            </summary>
            {other === undefined ? (
              <p className="dim">{t('revisions.first')}</p>
            ) : (
              <DiffView before={yamlText(old?.template)} after={yamlText(next?.template)} label={t('actions.difference')} />
            )}
          </details>
        )
      })}
    </div>
  )
}
