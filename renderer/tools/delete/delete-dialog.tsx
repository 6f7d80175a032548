import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isUnanswered, toApiError } from '../../kube/api-error.ts'
import { runs } from '../../kube/control-loops.ts'
import { kindWord } from '../../kube/kind-word.ts'
import { eachOf } from '../../kube/parallel.ts'
import { resourceKey } from '../../kube/resource.ts'
import { OnContext } from '../actions/on-context.tsx'
import { useControlLoops } from '../../queries/control-loops.ts'
import { useResources } from '../../queries/discovery.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { errorReport } from '../../ui/error-view.tsx'
import { ToneMark } from '../../ui/icon.tsx'
import { startTask } from '../../ui/tasks.ts'
import type { Target } from '../actions/action.ts'
import './delete-dialog.css'
import { atOnce, type DeleteChoices, type DeleteOutcome, deleteObject, isFinal, makePlan, needsTyping } from './plan.ts'
import { listed, PlanView } from './plan-view.tsx'

/** The plan, then the deletion with each object's progress and error. */
export function DeleteDialog({ target: request, onClose }: { target: Target; onClose(): void }) {
  const { t, i18n } = useTranslation()
  const { context, resource, objects } = request
  const kinds = kindWord(resource, objects.length, i18n.language)
  const loops = useControlLoops(context)
  const all = useResources(context)
  const plan = useQuery({
    queryKey: ['delete-plan', context, resource.kind, objects.map((o) => o.key)],
    queryFn: ({ signal }) => makePlan(context, resource, objects, all, signal),
    enabled: all.length > 0,
    staleTime: 0,
    gcTime: 0,
  })
  const [typed, setTyped] = useState('')
  const [orphan, setOrphan] = useState(false)
  const [force, setForce] = useState(false)
  const run = useDeletion(request, { orphan, force })
  const expected = objects.length === 1 ? (objects[0]?.name ?? '') : t('delete.confirmMany', { count: objects.length })
  const large = needsTyping(resource, objects.length, plan.data, orphan)
  // Nothing goes before its plan was shown; a plan that cannot be made is told and holds nobody back.
  const blocked = (large && typed !== expected) || plan.isPending
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
          : t('delete.titleMany', { count: objects.length, kind: kinds })
      }
    >
      <p className="delete-where">
        <OnContext context={context} />
      </p>
      {run.finished && <Sum outcomes={run.outcomes} kinds={kinds} />}
      <Outcomes outcomes={run.outcomes} finished={run.finished} />
      {!run.started && (
        <>
          {plan.error && <p className="tone-warn">{t('delete.planFailed', { message: toApiError(plan.error).message })}</p>}
          <PlanView plan={plan.data} loading={plan.isPending} orphan={orphan} objects={objects.length} runs={(loop) => runs(loops, loop)} />
          {dependents > 0 && resource.plural !== 'nodes' && (
            <Checkbox
              className="delete-option"
              label={t('delete.orphan')}
              checked={orphan}
              onChange={(event) => setOrphan(event.currentTarget.checked)}
            />
          )}
          {resourceKey(resource) === 'pods' && (
            <>
              <Checkbox
                className="delete-option"
                label={t('delete.force')}
                checked={force}
                onChange={(event) => setForce(event.currentTarget.checked)}
              />
              {force && (
                <p className="tone-warn" role="status">
                  {t('delete.forceMeans')}
                </p>
              )}
            </>
          )}
          {large && (
            <TextInput
              className="delete-option"
              label={t(isFinal(resource) ? 'delete.typeFinal' : 'delete.typeLarge', { name: expected })}
              value={typed}
              data-autofocus
              spellCheck={false}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
        </>
      )}
      <div className="delete-actions">
        {run.started && !run.finished && objects.length > 1 && (
          <Button variant="default" onClick={run.stop}>
            {t('actions.stop')}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {t(run.started ? 'common.close' : 'common.cancel')}
        </Button>
        {!run.finished && (
          <Button color="red.9" disabled={blocked || run.started} loading={run.started} onClick={() => void run.start()}>
            {objects.length === 1 ? t('delete.confirmOne') : t('delete.titleMany', { count: objects.length, kind: kinds })}
          </Button>
        )}
      </div>
    </Modal>
  )
}

function useDeletion(request: Target, choices: DeleteChoices) {
  const { t, i18n } = useTranslation()
  const [outcomes, setOutcomes] = useState<DeleteOutcome[]>(() => request.objects.map((object) => ({ object, state: 'waiting' })))
  const [started, setStarted] = useState(false)
  const [finished, setFinished] = useState(false)
  const running = useRef<AbortController>(undefined)
  /** What has not begun is not deleted. */
  const stop = (): void => running.current?.abort()
  const start = async (): Promise<void> => {
    const abort = new AbortController()
    running.current = abort
    setStarted(true)
    const task = startTask(
      t('delete.task', { kind: kindWord(request.resource, request.objects.length, i18n.language) }),
      request.objects.length,
    )
    const results = [...outcomes]
    const mark = (index: number, change: Partial<DeleteOutcome>): void => {
      const before = results[index]
      if (before) results[index] = { ...before, ...change }
      setOutcomes([...results])
      const failed = results.filter((o) => o.state === 'failed').length
      task.progress(results.filter((o) => o.state === 'done').length + failed, failed)
    }
    await eachOf(
      results.slice(),
      atOnce,
      async ({ object }, index) => {
        mark(index, { state: 'running' })
        await deleteObject(request.context, request.resource, object, choices).then(
          () => mark(index, { state: 'done' }),
          (error: unknown) => mark(index, { state: 'failed', error }),
        )
      },
      abort.signal,
    )
    task.end()
    setFinished(true)
    request.gone?.(results.flatMap((o) => (o.state === 'done' ? [o.object.key] : [])))
  }
  return { outcomes, started, finished, start, stop }
}

const stateTones = { waiting: 'muted', running: 'busy', done: 'ok', failed: 'bad' } as const

/** What came of it, in one sentence; the server accepts a deletion before the object is gone. */
function Sum({ outcomes, kinds }: { outcomes: DeleteOutcome[]; kinds: string }) {
  const { t } = useTranslation()
  const done = outcomes.filter((o) => o.state === 'done').length
  const unanswered = outcomes.filter((o) => o.state === 'failed' && isUnanswered(o.error)).length
  const failed = outcomes.filter((o) => o.state === 'failed').length - unanswered
  const left = outcomes.length - done - failed - unanswered
  return (
    <p className="delete-sum" role="status">
      <ToneMark tone={failed > 0 ? 'bad' : unanswered > 0 ? 'warn' : 'ok'} />
      {failed > 0 ? t('delete.sumFailed', { done, count: failed, kind: kinds }) : done > 0 && t('delete.sum', { count: done, kind: kinds })}
      {unanswered > 0 && ` ${t('common.unansweredSum', { count: unanswered })}`}
      {left > 0 && ` ${t('actions.stopped', { count: left })}`}
    </p>
  )
}

function Outcomes({ outcomes, finished }: { outcomes: DeleteOutcome[]; finished: boolean }) {
  const { t } = useTranslation()
  const failed = outcomes.filter((o) => o.state === 'failed')
  // At the end only what failed needs a look: the sum tells of the rest.
  const ordered = finished ? failed : [...failed, ...outcomes.filter((o) => o.state !== 'failed')]
  if (ordered.length === 0) return null
  return (
    <>
      <ul className="delete-list" aria-label={t('delete.objects')} tabIndex={0}>
        {ordered.slice(0, listed).map(({ object, state, error }) => (
          <li key={object.key}>
            <ToneMark tone={isUnanswered(error) ? 'warn' : stateTones[state]} />
            <span className="mono">{object.namespace ? `${object.namespace}/${object.name}` : object.name}</span>
            <span className="dim">{isUnanswered(error) ? t('common.unanswered') : t(`delete.state.${state}`)}</span>
            {error !== undefined && <span className="tone-bad delete-error">{toApiError(error).message}</span>}
          </li>
        ))}
        {ordered.length > listed && <li className="dim">{t('common.more', { count: ordered.length - listed })}</li>}
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
