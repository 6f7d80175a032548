import { useTranslation } from 'react-i18next'
import { isUnanswered, toApiError } from '../../kube/api-error.ts'
import { fieldManager } from '../../kube/changes.ts'
import type { Tone } from '../../kube/types.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { ErrorView } from '../../ui/error-view.tsx'
import { ToneMark, ToneWord } from '../../ui/icon.tsx'
import { ObjectDiff } from '../actions/diff-view.tsx'
import { Sent, Warnings } from '../actions/row-view.tsx'
import type { ApplyRow, ApplyState } from './engine.ts'

const tones: Record<ApplyState, Tone> = {
  faulty: 'bad',
  incomplete: 'warn',
  unknownKind: 'bad',
  later: 'busy',
  checking: 'busy',
  conflict: 'bad',
  refused: 'bad',
  new: 'ok',
  changes: 'ok',
  same: 'muted',
  waiting: 'muted',
  running: 'busy',
  done: 'ok',
  failed: 'bad',
}

/** One object of the text: how it stands in a word; what it would change, what holds it up, and what to do about that. */
export function ApplyLine({
  row,
  open,
  forced,
  onForce,
  onTheirs,
  onList,
}: {
  row: ApplyRow
  open: boolean
  forced: boolean
  onForce(on: boolean): void
  /** Undefined where the text is nobody's to change. */
  onTheirs?(field: string): void
  /** Writes a list as an object that holds it. */
  onList?(): void
}) {
  const { t } = useTranslation()
  const { state, title, warnings, conflicts, error, change, missing, manifest } = row
  const notObject = manifest?.notObject
  const said = notObject
    ? t(`apply.notObject.${notObject}`)
    : missing
      ? t('apply.missing', { field: missing })
      : state === 'failed' && isUnanswered(error)
        ? t('common.unanswered')
        : t(`apply.state.${state}`)
  return (
    <li>
      <Disclosure
        className="action-row"
        open={open || notObject !== undefined || state === 'conflict' || state === 'refused' || state === 'failed'}
        summary={
          <>
            <ToneMark tone={tones[state]} />
            <span className="mono">{title}</span>
            <span className="dim">{said}</span>
            {forced && <ToneWord tone="warn">{t('apply.forced')}</ToneWord>}
            {warnings.length > 0 && <ToneWord tone="warn">{t('actions.warned', { count: warnings.length })}</ToneWord>}
          </>
        }
      >
        <div className="action-detail">
          {manifest?.faults.map(({ message, from }) => (
            <p key={from} className="tone-bad">
              {message}
            </p>
          ))}
          {notObject && <p>{t(`apply.notObjectNext.${notObject}`)}</p>}
          {notObject === 'list' && manifest?.within.length === 0 && onList && (
            <button type="button" className="icon-button action" onClick={onList}>
              {t('apply.asList')}
            </button>
          )}
          {conflicts.length > 0 ? (
            <Conflicts row={row} onForce={onForce} onTheirs={onTheirs} />
          ) : (
            error !== undefined && <ErrorView error={toApiError(error)} />
          )}
          {forced && state !== 'done' && (
            <button type="button" className="icon-button" onClick={() => onForce(false)}>
              {t('apply.unforce')}
            </button>
          )}
          <Warnings texts={warnings} />
          {(state === 'new' || state === 'changes' || state === 'same' || state === 'done') && <Difference row={row} />}
          {change && <Sent change={change} />}
        </div>
      </Disclosure>
    </li>
  )
}

function Difference({ row: { before, after } }: { row: ApplyRow }) {
  const { t } = useTranslation()
  return <ObjectDiff before={before} after={after} label={t('actions.difference')} />
}

/** Fields that others hold with another value: theirs stand, or all are taken over. */
function Conflicts({
  row: { conflicts },
  onForce,
  onTheirs,
}: {
  row: ApplyRow
  onForce(on: boolean): void
  onTheirs: ((field: string) => void) | undefined
}) {
  const { t } = useTranslation()
  // What an action of this window has set is held in its own name, but was not applied: the server calls that a conflict too.
  const own = conflicts.every(({ manager }) => manager === fieldManager)
  const title = own ? t('apply.ownConflicts', { count: conflicts.length }) : t('apply.conflicts', { count: conflicts.length })
  return (
    <section aria-label={title}>
      <p>{title}</p>
      <ul className="action-notes">
        {conflicts.map(({ field, manager }) => (
          <li key={`${field} ${manager}`}>
            <ToneMark tone="bad" />
            <span>
              <span className="mono">{field.replace(/^\./, '')}</span>{' '}
              {manager === fieldManager ? t('apply.heldByOwn', { manager }) : t('apply.heldBy', { manager })}
            </span>
            <span className="bar-space" />
            {onTheirs && (
              <button type="button" className="icon-button" onClick={() => onTheirs(field)}>
                {manager === fieldManager ? t('apply.keepOwn') : t('apply.keepTheirs')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <button type="button" className="icon-button action" onClick={() => onForce(true)}>
        {t('apply.force', { count: conflicts.length })}
      </button>
    </section>
  )
}
