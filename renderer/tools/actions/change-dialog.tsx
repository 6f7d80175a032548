import { Button, Modal } from '@mantine/core'
import { type ComponentType, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { kindWord } from '../../kube/kind-word.ts'
import { ToneWord } from '../../ui/icon.tsx'
import { OnContext } from './on-context.tsx'
import { useAct } from './act-context.ts'
import { type ChangeAction, type FormProps, objectPath, type Target } from './action.ts'
import '../delete/delete-dialog.css'
import './change-dialog.css'
import { isReady } from './engine.ts'
import { type Done, remember, undoAction } from './journal.ts'
import { RowDetail, RowLine, Sum } from './row-view.tsx'
import type { ActionRow, Step } from './row.ts'
import { objectsOf, useAction } from './use-action.ts'

/** Enough to look through; the rest is told as a number. */
const listed = 300

/** What will be sent, what that changes, what the server says to it; then the real thing with each object's end, and the way back. */
export function ChangeDialog({ action, target, onClose }: { action: ChangeAction<never>; target: Target; onClose(): void }) {
  const { t, i18n } = useTranslation()
  const act = useAct()
  const { context, resource, objects } = target
  const name = t(`actions.${action.id}.name`)
  const what = objects.length === 1 ? (objects[0]?.name ?? '') : ''
  const kinds = kindWord(resource, objects.length, i18n.language)
  const title = what
    ? t('actions.titleOne', { action: name, kind: resource.kind, name: what })
    : t('actions.titleMany', { action: name, count: objects.length, kind: kinds })
  const { rows, phase, value, setValue, apply, stop, again } = useAction(action, target, title)
  const ready = rows.filter(isReady).length
  const checking = phase === 'reading' || rows.some((row) => row.state === 'checking' || row.state === 'reading')
  const run = async (): Promise<void> => {
    const ended = await apply()
    const done = doneOf(title, target, ended)
    if (done) remember(done)
    action.done?.(ended)
  }
  const undo = useMemo(() => (phase === 'finished' ? doneOf(title, target, rows) : undefined), [phase, title, target, rows])
  const known = useMemo(() => objectsOf(rows), [rows])
  const Form = action.Form as ComponentType<FormProps<unknown>> | undefined
  const fault = value === undefined ? undefined : action.fault?.(value as never)
  const single = rows.length === 1 ? rows[0] : undefined
  // Of a refusal what is filled in may be the reason, or the cluster; the same again is one press away in any case.
  const failed = rows.some(({ state, error }) => error !== undefined && (state === 'failed' || state === 'refused' || state === 'unread'))
  const stopped = phase === 'finished' && rows.some(({ state }) => state === 'waiting')
  return (
    <Modal
      opened
      onClose={onClose}
      // A press beside it is no decision to throw away what was filled in.
      closeOnClickOutside={Form === undefined}
      size={720}
      title={title}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && ready > 0 && phase === 'planning' && !checking) void run()
      }}
    >
      <p className="delete-where">
        <OnContext context={context} />
        {single?.ref.namespace && (
          <>
            {' · '}
            {t('facts.namespace')} <strong>{single.ref.namespace}</strong>
          </>
        )}
      </p>
      <p className="dim action-what">{t(`actions.${action.id}.what`)}</p>
      {Form && value !== undefined && (phase === 'planning' || phase === 'reading') && (
        <div className="action-form">
          <Form target={target} objects={known} value={value} onChange={setValue} />
          <p role="status" className="action-fault">
            {fault && <ToneWord tone="bad">{t(fault)}</ToneWord>}
          </p>
        </div>
      )}
      {phase === 'finished' && <Sum rows={rows} />}
      {single ? <RowDetail row={single} /> : <Rows rows={rows} />}
      {action.draft && failed && <p className="dim">{t('edit.kept')}</p>}
      <div className="delete-actions">
        {(stopped || (failed && (phase === 'finished' || phase === 'planning'))) && (
          <Button variant="default" onClick={again}>
            {t('actions.again')}
          </Button>
        )}
        {phase === 'running' && rows.length > 1 && (
          <Button variant="default" onClick={stop}>
            {t('actions.stop')}
          </Button>
        )}
        {undo && (
          <Button variant="default" onClick={() => act(undo.undo, undo.target)}>
            {t('actions.takeBack.name')}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {t(phase === 'finished' || phase === 'running' ? 'common.close' : 'common.cancel')}
        </Button>
        {phase !== 'finished' && (
          <Button
            {...(action.danger ? { color: 'red.9' } : {})}
            disabled={ready === 0 || checking || phase !== 'planning'}
            loading={phase === 'running'}
            onClick={() => void run()}
          >
            {rows.length === 1 ? t('actions.apply') : t('actions.applyTo', { count: ready })}
          </Button>
        )}
      </div>
    </Modal>
  )
}

/** Those that need a look first. */
const rank: Partial<Record<ActionRow['state'], number>> = { failed: 0, refused: 1, unread: 2 }

function Rows({ rows }: { rows: readonly ActionRow[] }) {
  const { t } = useTranslation()
  const ordered = [...rows].sort((a, b) => (rank[a.state] ?? 3) - (rank[b.state] ?? 3))
  return (
    <ul className="delete-list action-rows" aria-label={t('actions.objects')} tabIndex={0}>
      {ordered.slice(0, listed).map((row) => (
        <RowLine key={row.ref.key} row={row} />
      ))}
      {ordered.length > listed && <li className="dim">{t('common.more', { count: ordered.length - listed })}</li>}
    </ul>
  )
}

function doneOf(title: string, target: Target, rows: readonly ActionRow[]): Done | undefined {
  const steps = new Map<string, Step>()
  const objects = rows.filter(({ undo, object, ref, step, after }) => {
    const uid = object?.metadata.uid
    if (!undo || !uid) return false
    const read = undo.path === objectPath(target.resource, ref) ? {} : { read: undo.path }
    steps.set(uid, { change: undo, ...read, ...(after ? { expects: after } : {}), ...(step?.fields ? { fields: step.fields } : {}) })
    return true
  })
  if (objects.length === 0) return undefined
  return { title, target: { ...target, objects: objects.map(({ ref }) => ref) }, undo: undoAction(steps) }
}
