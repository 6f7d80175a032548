import { useTranslation } from 'react-i18next'
import type { FormProps } from '../../tools/actions/action.ts'
import { Age } from '../../ui/age.tsx'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { useHub } from '../../queries/hub.ts'
import type { Revision } from './revisions.ts'
import './revision-form.css'
import { useRevisions } from './use-revisions.ts'

/** The revisions that can be gone back to; the newest is what is wanted now. */
export function RevisionForm({ target, objects, value, onChange }: FormProps<Revision | null>) {
  const [object] = objects
  return object ? <Revisions context={target.context} object={object} value={value} onChange={onChange} /> : null
}

function Revisions({
  context,
  object,
  value,
  onChange,
}: Pick<FormProps<Revision | null>, 'value' | 'onChange'> & { context: string; object: FormProps<unknown>['objects'][number] }) {
  const { t } = useTranslation()
  const hub = useHub()
  const { revisions, state } = useRevisions(context, object)
  const [current, ...older] = revisions
  return (
    <>
      <FeedNotice state={state} count={revisions.length} onRetry={() => hub.kick()} />
      {state?.synced && older.length === 0 && <p>{t('workloads.noRevisions')}</p>}
      <div role="radiogroup" aria-label={t('facts.revision')} className="revision-list">
        {older.map((revision) => (
          <label key={revision.name} className="revision-line">
            <input type="radio" name="revision" checked={value?.name === revision.name} onChange={() => onChange(revision)} />
            <strong>{revision.number}</strong>
            <span className="mono ellipsis" title={imagesText(revision)}>
              {imagesText(revision)}
            </span>
            {revision.cause && <span className="ellipsis">{revision.cause}</span>}
            <span className="bar-space" />
            {revision.created && <Age at={Date.parse(revision.created)} />}
          </label>
        ))}
      </div>
      {current && <p className="dim">{t('workloads.currentRevision', { revision: current.number })}</p>}
    </>
  )
}

export const imagesText = ({ template }: Revision): string => (template.spec?.containers ?? []).map((c) => c.image ?? '').join(', ')
