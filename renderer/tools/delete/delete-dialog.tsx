import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toApiError } from '../../kube/api-error.ts'
import { figure } from '../../kube/figures.ts'
import { useIsLocal } from '../../queries/contexts.ts'
import { useResources } from '../../queries/discovery.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { errorReport } from '../../ui/error-view.tsx'
import { ToneMark } from '../../ui/icon.tsx'
import { startTask } from '../../ui/tasks.ts'
import { DeleteContext, type DeleteRequest } from './delete-context.ts'
import './delete-dialog.css'
import { type DeleteOutcome, type DeletePlan, deleteObject, isFinal, makePlan, searched } from './plan.ts'

export function DeleteProvider({ children }: { children: React.ReactNode }) {
  const [request, setRequest] = useState<DeleteRequest>()
  const open = useCallback((next: DeleteRequest) => setRequest(next), [])
  return (
    <DeleteContext value={open}>
      {children}
      {request && <DeleteDialog request={request} onClose={() => setRequest(undefined)} />}
    </DeleteContext>
  )
}

/** The plan, then the deletion with each object's progress and error. */
function DeleteDialog({ request, onClose }: { request: DeleteRequest; onClose(): void }) {
  const { t } = useTranslation()
  const { context, resource, objects } = request
  const all = useResources(context)
  const local = useIsLocal(context)
  const plan = useQuery({
    queryKey: ['delete-plan', context, resource.kind, objects.map((o) => o.key)],
    queryFn: ({ signal }) => makePlan(context, resource, objects, all, signal),
    enabled: all.length > 0,
    staleTime: 0,
    gcTime: 0,
  })
  const [typed, setTyped] = useState('')
  const [orphan, setOrphan] = useState(false)
  const run = useDeletion(request, orphan)
  const expected = objects.length === 1 ? (objects[0]?.name ?? '') : t('delete.confirmMany', { count: objects.length })
  // Nothing goes before its plan was shown; a plan that cannot be made is told and holds nobody back.
  const blocked = (isFinal(resource) && typed !== expected) || plan.isPending
  const dependents = plan.data?.dependents.length ?? 0
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
      title={
        objects.length === 1
          ? t('delete.titleOne', { kind: resource.kind, name: expected })
          : t('delete.titleMany', { count: objects.length, kind: resource.kind })
      }
    >
      <p className="delete-where">
        {t(local ? 'delete.onLocal' : 'delete.onCluster')} <strong>{context}</strong>
      </p>
      <Outcomes outcomes={run.outcomes} />
      {!run.started && (
        <>
          {plan.error && <p className="tone-warn">{t('delete.planFailed', { message: toApiError(plan.error).message })}</p>}
          <PlanView plan={plan.data} loading={plan.isPending} orphan={orphan} />
          {dependents > 0 && resource.plural !== 'nodes' && (
            <Checkbox
              className="delete-option"
              label={t('delete.orphan')}
              checked={orphan}
              onChange={(event) => setOrphan(event.currentTarget.checked)}
            />
          )}
          {isFinal(resource) && (
            <TextInput
              className="delete-option"
              label={t('delete.type', { name: expected })}
              value={typed}
              data-autofocus
              spellCheck={false}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
        </>
      )}
      <div className="delete-actions">
        <Button variant="default" onClick={onClose}>
          {t(run.finished ? 'common.close' : 'common.cancel')}
        </Button>
        {!run.finished && (
          <Button color="red.9" disabled={blocked || run.started} loading={run.started} onClick={() => void run.start()}>
            {t('delete.confirm', { count: objects.length })}
          </Button>
        )}
      </div>
    </Modal>
  )
}

function useDeletion(request: DeleteRequest, orphan: boolean) {
  const { t } = useTranslation()
  const [outcomes, setOutcomes] = useState<DeleteOutcome[]>(() => request.objects.map((object) => ({ object, state: 'waiting' })))
  const [started, setStarted] = useState(false)
  const finished = started && outcomes.every((o) => o.state === 'done' || o.state === 'failed')
  const start = async (): Promise<void> => {
    setStarted(true)
    const task = startTask(t('delete.task', { kind: request.resource.kind }), request.objects.length)
    const results = [...outcomes]
    const queue = results.map((_, index) => index)
    const mark = (index: number, change: Partial<DeleteOutcome>): void => {
      const before = results[index]
      if (before) results[index] = { ...before, ...change }
      setOutcomes([...results])
      const failed = results.filter((o) => o.state === 'failed').length
      task.progress(results.filter((o) => o.state === 'done').length + failed, failed)
    }
    const work = async (): Promise<void> => {
      for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
        const object = results[index]?.object
        if (!object) continue
        mark(index, { state: 'running' })
        await deleteObject(request.context, request.resource, object, orphan).then(
          () => mark(index, { state: 'done' }),
          (error: unknown) => mark(index, { state: 'failed', error }),
        )
      }
    }
    await Promise.all(Array.from({ length: 6 }, work))
    task.end()
    request.done?.()
  }
  return { outcomes, started, finished, start }
}

const stateTones = { waiting: 'muted', running: 'busy', done: 'ok', failed: 'bad' } as const
/** Enough to check what was chosen; the rest is told as a number. */
const listed = 200

function Outcomes({ outcomes }: { outcomes: DeleteOutcome[] }) {
  const { t } = useTranslation()
  const failed = outcomes.filter((o) => o.state === 'failed')
  const ordered = [...failed, ...outcomes.filter((o) => o.state !== 'failed')]
  return (
    <>
      <ul className="delete-list" aria-label={t('delete.objects')} tabIndex={0}>
        {ordered.slice(0, listed).map(({ object, state, error }) => (
          <li key={object.key}>
            <ToneMark tone={stateTones[state]} />
            <span className="mono">{object.namespace ? `${object.namespace}/${object.name}` : object.name}</span>
            <span className="dim">{t(`delete.state.${state}`)}</span>
            {error !== undefined && <span className="tone-bad delete-error">{toApiError(error).message}</span>}
          </li>
        ))}
        {outcomes.length > listed && <li className="dim">{t('common.more', { count: outcomes.length - listed })}</li>}
      </ul>
      {failed.length > 0 && (
        <CopyButton
          label={t('errors.copy')}
          text={() => failed.map((o) => `${o.object.namespace}/${o.object.name}\n${errorReport(toApiError(o.error))}`).join('\n\n')}
        />
      )}
    </>
  )
}

function PlanView({ plan, loading, orphan }: { plan: DeletePlan | undefined; loading: boolean; orphan: boolean }) {
  const { t } = useTranslation()
  if (loading)
    return (
      <p className="dim" role="status">
        {t('delete.planning')}
      </p>
    )
  if (!plan) return null
  const nothing = plan.dependents.length === 0 && plan.contents.length === 0
  return (
    <section className="delete-plan" aria-label={t('delete.plan')}>
      {nothing && <p>{t('delete.nothingElse')}</p>}
      {plan.dependents.length > 0 && (
        <>
          <p>{t(orphan ? 'delete.keeps' : 'delete.goesToo', { count: plan.dependents.length })}</p>
          <ul className="delete-list" tabIndex={0} aria-label={t('delete.plan')}>
            {plan.dependents.slice(0, listed).map((d) => (
              <li key={d.uid} style={{ paddingLeft: (d.depth - 1) * 14 }}>
                <span className="dim">{d.resource.kind}</span>
                <span className="mono">{d.namespace ? `${d.namespace}/${d.name}` : d.name}</span>
              </li>
            ))}
            {plan.dependents.length > listed && <li className="dim">{t('common.more', { count: plan.dependents.length - listed })}</li>}
          </ul>
        </>
      )}
      {plan.contents.length > 0 && (
        <>
          <p>{t('delete.everythingIn')}</p>
          <ul className="delete-counts">
            {plan.contents.map(({ kind, count, atLeast }) => (
              <li key={kind}>
                <strong>{atLeast ? `≥ ${figure(count)}` : figure(count)}</strong> {kind}
              </li>
            ))}
          </ul>
        </>
      )}
      {plan.partial.length > 0 && <p className="tone-warn">{t('delete.partial', { count: searched, kinds: plan.partial.join(', ') })}</p>}
      {plan.unknown.length > 0 && (
        <p className="dim" title={plan.unknown.map((u) => `${u.kind}: ${u.message}`).join('\n')}>
          {t('delete.unknown', { kinds: plan.unknown.map((u) => u.kind).join(', ') })}
        </p>
      )}
    </section>
  )
}
