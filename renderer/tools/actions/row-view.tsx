import { useTranslation } from 'react-i18next'
import { isUnanswered, toApiError } from '../../kube/api-error.ts'
import { bodyText, type Change, changeUrl, patchTypes } from '../../kube/changes.ts'
import { pathText, type Taken } from '../../kube/managed-fields.ts'
import type { Tone } from '../../kube/types.ts'
import { Age } from '../../ui/age.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { ErrorView } from '../../ui/error-view.tsx'
import { ToneMark, ToneWord } from '../../ui/icon.tsx'
import { useWritten } from '../yaml/use-yaml.ts'
import { ObjectDiff } from './diff-view.tsx'
import type { ActionRow, RowState } from './row.ts'
import { cannotDryRun } from './engine.ts'

const tones: Record<RowState, Tone> = {
  reading: 'busy',
  unread: 'bad',
  unplanned: 'muted',
  skipped: 'muted',
  checking: 'busy',
  same: 'muted',
  refused: 'bad',
  ready: 'ok',
  waiting: 'muted',
  running: 'busy',
  done: 'ok',
  failed: 'bad',
}

/** One of many objects: its state in a word, and all of it when it is opened. */
export function RowLine({ row }: { row: ActionRow }) {
  const { t } = useTranslation()
  const { ref, state, error } = row
  return (
    <li>
      <Disclosure
        className="action-row"
        summary={
          <>
            <ToneMark tone={isUnanswered(error) ? 'warn' : tones[state]} />
            <span className="mono">{ref.namespace ? `${ref.namespace}/${ref.name}` : ref.name}</span>
            <span className="dim">
              {state === 'skipped' && row.skip
                ? t(`actions.skip.${row.skip}`)
                : isUnanswered(error)
                  ? t('common.unanswered')
                  : t(`actions.state.${state}`)}
            </span>
            {row.warnings.length > 0 && <ToneWord tone="warn">{t('actions.warned', { count: row.warnings.length })}</ToneWord>}
            {error !== undefined && <span className="tone-bad delete-error">{toApiError(error).message}</span>}
          </>
        }
      >
        <RowDetail row={row} />
      </Disclosure>
    </li>
  )
}

/** All that is known of one object's change. */
export function RowDetail({ row }: { row: ActionRow }) {
  const { t } = useTranslation()
  const { state, error, step } = row
  if (state === 'reading') return <p className="dim">{t('actions.state.reading')}</p>
  return (
    <div className="action-detail">
      {error !== undefined && <ErrorView error={error} />}
      {error !== undefined && state === 'refused' && cannotDryRun(error) && <p className="tone-warn">{t('actions.noDryRun')}</p>}
      {state === 'unread' && error === undefined && <p>{t('actions.gone')}</p>}
      {state === 'skipped' && row.skip && <p>{t(`actions.skip.${row.skip}`)}</p>}
      <Warnings texts={row.warnings} />
      <Owners taken={row.taken} />
      {(state === 'ready' || state === 'same' || state === 'done' || state === 'waiting' || state === 'running') && (
        <Difference row={row} />
      )}
      {state === 'checking' && <p className="dim">{t('actions.state.checking')}</p>}
      {step && <Sent change={step.change} />}
    </div>
  )
}

function Difference({ row: { before, after, step } }: { row: ActionRow }) {
  const { t } = useTranslation()
  // An eviction answers with a Status: there is nothing to compare.
  if (step?.change.method === 'POST' && after && (after.kind === 'Status' || after.metadata?.name === undefined)) {
    return <p>{t('actions.accepted')}</p>
  }
  return <ObjectDiff before={before} after={after} label={t('actions.difference')} />
}

export function Warnings({ texts }: { texts: readonly string[] }) {
  const { t } = useTranslation()
  if (texts.length === 0) return null
  return (
    <ul className="action-notes" aria-label={t('actions.warnings')}>
      {texts.map((text) => (
        <li key={text}>
          <ToneMark tone="warn" />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  )
}

/** Tools by which people change things: nobody sets back what they once wrote. */
const byHand = /^(kubectl|binnacle|headlamp|lens|k9s|dashboard)/i

/** Whose fields are changed. One that applies, or a control loop, may set them back. */
function Owners({ taken }: { taken: readonly Taken[] }) {
  const { t } = useTranslation()
  if (taken.length === 0) return null
  return (
    <ul className="action-notes" aria-label={t('actions.owners')}>
      {taken.map(({ path, owners }) => {
        const fights = owners.some(({ manager, operation }) => operation === 'Apply' || !byHand.test(manager))
        return (
          <li key={pathText(path)}>
            <ToneMark tone={fights ? 'warn' : 'muted'} />
            <span>
              <span className="mono">{pathText(path)}</span>{' '}
              {owners.map(({ manager, operation, subresource, time }) => (
                <span key={`${manager} ${operation} ${subresource}`}>
                  {t('actions.ownedBy', { manager, how: subresource ? `${operation} ${subresource}` : operation })}{' '}
                  {time && <Age at={Date.parse(time)} />}{' '}
                </span>
              ))}
              {fights && <span className="dim">{t('actions.mayFight')}</span>}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

/** More of a request is not drawn at once: the count tells how much there is. */
const mostOfRequest = 100_000

/** The request itself. */
export function Sent({ change }: { change: Change }) {
  const { t } = useTranslation()
  return (
    <Disclosure className="action-sent" summary={t('actions.sent')}>
      <Request change={change} />
    </Disclosure>
  )
}

function Request({ change }: { change: Change }) {
  const { t } = useTranslation()
  const written = useWritten(typeof change.body === 'string' ? undefined : change.body)
  const body = typeof change.body === 'string' ? bodyText(change) : change.body === undefined ? '' : written?.trimEnd()
  if (body === undefined) return <p className="dim">{t('actions.writing')}</p>
  const left = body.length - mostOfRequest
  return (
    <>
      <pre className="data-text" tabIndex={0} aria-label={t('actions.sent')}>
        {`${change.method} ${changeUrl(change, false)}\n${change.type ? `Content-Type: ${patchTypes[change.type]}\n` : ''}\n${body.slice(0, mostOfRequest)}`}
      </pre>
      {left > 0 && <p className="dim">{t('common.charactersMore', { count: left })}</p>}
    </>
  )
}

/** What came of it, in one sentence. */
export function Sum({ rows }: { rows: readonly ActionRow[] }) {
  const { t } = useTranslation()
  const done = rows.filter((row) => row.state === 'done').length
  const unanswered = rows.filter((row) => row.state === 'failed' && isUnanswered(row.error)).length
  const failed = rows.filter((row) => row.state === 'failed').length - unanswered
  const left = rows.filter((row) => row.state === 'waiting').length
  return (
    <p className="delete-sum" role="status">
      <ToneMark tone={failed > 0 ? 'bad' : unanswered > 0 ? 'warn' : 'ok'} />
      {failed > 0 ? t('actions.sumFailed', { done, count: failed }) : t('actions.sum', { count: done })}
      {unanswered > 0 && ` ${t('common.unansweredSum', { count: unanswered })}`}
      {left > 0 && ` ${t('actions.stopped', { count: left })}`}
    </p>
  )
}
