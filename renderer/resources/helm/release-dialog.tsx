import { Button, Modal } from '@mantine/core'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toApiError } from '../../kube/api-error.ts'
import { systemClock } from '../../kube/clock.ts'
import { eachOf } from '../../kube/parallel.ts'
import type { Tone } from '../../kube/types.ts'
import { OnContext } from '../../tools/actions/on-context.tsx'
import { useResources } from '../../queries/discovery.ts'
import { ApplyLine } from '../../tools/apply/apply-line.tsx'
import { type ApplyRow, checkApply } from '../../tools/apply/engine.ts'
import '../../tools/actions/change-dialog.css'
import '../../tools/delete/delete-dialog.css'
import { ErrorView } from '../../ui/error-view.tsx'
import { ToneMark, ToneWord } from '../../ui/icon.tsx'
import type { Revision } from './release.ts'
import { checkRemoval, hookEvents, type Removal, removals, rollback, rollbackRows, uninstall } from './run.ts'
import { apiOf, useRelease } from './use-releases.ts'

const atOnce = 4
const stayed = new Set<Removal['state']>(['gone', 'kept', 'foreign', 'unknownKind'])
const blocking = new Set<ApplyRow['state']>(['checking', 'refused', 'conflict', 'faulty', 'incomplete', 'unknownKind'])

/** Goes back to a revision, or takes the release away: what will be done to which objects, what the server says to it, and then how it went. */
export function ReleaseDialog({
  context,
  namespace,
  revisions,
  earlier,
  onClose,
}: {
  context: string
  namespace: string
  revisions: readonly Revision[]
  /** The revision to go back to; undefined to uninstall. */
  earlier: Revision | undefined
  onClose(): void
}) {
  const { t } = useTranslation()
  const [phase, setPhase] = useState<'planning' | 'running' | 'done' | 'failed'>('planning')
  // A run keeps the kinds that it was planned with: a chart may bring some, or take them away.
  const known = useResources(context)
  const held = useRef(known)
  if (phase === 'planning') held.current = known
  const all = held.current
  // As they were when this was opened: what this does brings new ones.
  const [before] = useState(revisions)
  const where = useMemo(() => ({ api: apiOf(context), clock: systemClock, all, namespace }), [context, all, namespace])
  const { data: current, error: currentError } = useRelease(context, before[0])
  const { data: target, error: targetError } = useRelease(context, earlier)
  const [forced, setForced] = useState<ReadonlySet<string>>(new Set())
  const planned = useMemo(() => (earlier && target ? rollbackRows(target, where, forced) : []), [earlier, target, where, forced])
  const going = useMemo(
    () => (current && (!earlier || target) ? removals(current, target, where) : undefined),
    [current, earlier, target, where],
  )
  const [rows, setRows] = useState<readonly ApplyRow[]>([])
  const [gone, setGone] = useState<readonly Removal[]>([])
  const [round, setRound] = useState(0)
  const [error, setError] = useState<unknown>()
  const setRow = (index: number, row: ApplyRow): void => setRows((old) => old.map((each, at) => (at === index ? row : each)))
  useEffect(() => {
    // How it goes is told by the run.
    if (phase !== 'planning') return undefined
    const abort = new AbortController()
    setRows(planned)
    void eachOf(
      planned,
      atOnce,
      async (row, index) => {
        const next = await checkApply(where.api, row, abort.signal)
        if (!abort.signal.aborted) setRow(index, next)
      },
      abort.signal,
    )
    return () => abort.abort()
  }, [planned, where, phase, round])
  useEffect(() => {
    if (phase !== 'planning') return undefined
    const planned = going ?? []
    setGone(planned)
    const abort = new AbortController()
    void eachOf(
      planned,
      atOnce,
      async (row, index) => {
        const next = await checkRemoval(where, row, before[0]?.name ?? '', abort.signal)
        if (!abort.signal.aborted) setGone((old) => old.map((each, at) => (at === index ? next : each)))
      },
      abort.signal,
    )
    return () => abort.abort()
  }, [going, phase, where, before])
  const told = {
    row: setRow,
    removal: (index: number, row: Removal) => setGone((old) => old.map((each, at) => (at === index ? row : each))),
  }
  const run = async (): Promise<void> => {
    setPhase('running')
    try {
      const done = earlier
        ? await rollback(where, before, earlier, { rows, removals: gone }, told)
        : await uninstall(where, before, gone, told)
      setPhase(done ? 'done' : 'failed')
    } catch (thrown) {
      setError(thrown)
      setPhase('failed')
    }
  }
  const name = before[0]?.name ?? ''
  const title = earlier ? t('helm.rollbackTitle', { name, revision: earlier.version }) : t('helm.uninstallTitle', { name })
  const release = earlier ? target : current
  const hooks = release ? hookEvents(release, earlier ? ['pre-rollback', 'post-rollback'] : ['pre-delete', 'post-delete']) : []
  const ready =
    going !== undefined &&
    rows.length === planned.length &&
    rows.every((row) => !blocking.has(row.state)) &&
    gone.every(({ state }) => state !== 'checking')
  const leaving = gone.filter(({ state }) => !stayed.has(state)).length
  return (
    <Modal opened onClose={onClose} size={760} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <p className="delete-where">
        <OnContext context={context} />
        {' · '}
        {t('facts.namespace')} <strong>{namespace}</strong>
      </p>
      <p className="dim action-what">{t(earlier ? 'helm.rollbackWhat' : 'helm.uninstallWhat')}</p>
      {hooks.length > 0 && (
        <p role="note">
          <ToneWord tone="warn">{t('helm.noHooks', { hooks: hooks.join(', ') })}</ToneWord>
        </p>
      )}
      {(currentError ?? targetError) && <ErrorView error={currentError ?? targetError} />}
      {error !== undefined && <ErrorView error={toApiError(error)} />}
      {phase === 'done' && (
        <p className="delete-sum" role="status">
          <ToneWord tone="ok">{t(earlier ? 'helm.rolledBack' : 'helm.uninstalled')}</ToneWord>
        </p>
      )}
      {phase === 'failed' && (
        <p className="delete-sum" role="status">
          <ToneWord tone="bad">{t(earlier ? 'helm.rollbackFailed' : 'helm.uninstallFailed')}</ToneWord>
        </p>
      )}
      {rows.length > 0 && (
        <>
          <h3>{t('helm.applied', { count: rows.length })}</h3>
          <ul className="delete-list action-rows" aria-label={t('helm.applied', { count: rows.length })} tabIndex={0}>
            {rows.map((row, index) => (
              <ApplyLine
                key={index}
                row={row}
                open={false}
                forced={row.change !== undefined && forced.has(row.change.path)}
                onForce={(on) =>
                  setForced((old) => {
                    const next = new Set(old)
                    if (row.change && on) next.add(row.change.path)
                    else if (row.change) next.delete(row.change.path)
                    return next
                  })
                }
              />
            ))}
          </ul>
        </>
      )}
      {gone.length > 0 && (
        <>
          <h3>{t('helm.removed', { count: leaving })}</h3>
          <ul className="delete-list" aria-label={t('helm.removed', { count: leaving })} tabIndex={0}>
            {gone.map((row) => (
              <li key={row.title}>
                <ToneMark tone={removalTones[row.state]} />
                <span className="mono">{row.title}</span>
                {row.state !== 'waiting' && <span className="dim">{t(`helm.state.${row.state}`)}</span>}
                {row.error !== undefined && <span className="tone-bad delete-error">{toApiError(row.error).message}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="delete-actions">
        {phase === 'planning' && rows.some(({ state }) => state === 'refused') && (
          <Button variant="default" onClick={() => setRound((n) => n + 1)}>
            {t('actions.again')}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {t(phase === 'planning' ? 'common.cancel' : 'common.close')}
        </Button>
        {(phase === 'planning' || phase === 'running') && (
          <Button {...(earlier ? {} : { color: 'red.9' })} disabled={!ready} loading={phase === 'running'} onClick={() => void run()}>
            {t(earlier ? 'helm.rollback' : 'helm.uninstall')}
          </Button>
        )}
      </div>
    </Modal>
  )
}

const removalTones: Record<Removal['state'], Tone> = {
  checking: 'busy',
  waiting: 'muted',
  running: 'busy',
  done: 'ok',
  gone: 'muted',
  kept: 'muted',
  foreign: 'warn',
  unknownKind: 'warn',
  failed: 'bad',
  unread: 'warn',
}
