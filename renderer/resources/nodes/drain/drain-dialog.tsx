import { Button, Checkbox, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { evictionRefusal, toApiError } from '../../../kube/api-error.ts'
import { changeUrl, send } from '../../../kube/changes.ts'
import { figure } from '../../../kube/figures.ts'
import { eachOf } from '../../../kube/parallel.ts'
import type { Tone } from '../../../kube/types.ts'
import { OnContext } from '../../../tools/actions/on-context.tsx'
import type { Target } from '../../../tools/actions/action.ts'
import { ErrorView } from '../../../ui/error-view.tsx'
import { ToneMark, ToneWord } from '../../../ui/icon.tsx'
import '../../../tools/actions/change-dialog.css'
import '../../../tools/delete/delete-dialog.css'
import { fateOf, type PodFate, unmet } from './plan.ts'
import type { PodProgress } from './run.ts'
import { cordonOf, drainKey, evictionOf, forgetDrain, podsOn, startDrain, useDrain } from './store.ts'

const listed = 250

type Planned = PodFate & { node: string; held?: string }

/** Whom a drain evicts and whom a budget holds, what it needs; then each pod's way, and a way to stop. */
export function DrainDialog({ target, onClose }: { target: Target; onClose(): void }) {
  const { t } = useTranslation()
  const { context, resource, objects } = target
  const nodes = objects.map(({ name }) => name)
  const key = drainKey(context, nodes)
  const running = useDrain(key)
  const [options, setOptions] = useState({ force: false, emptyDir: false })
  const plan = useQuery({
    queryKey: ['drain-plan', key],
    queryFn: ({ signal }) => makePlan(context, nodes, signal),
    enabled: running === undefined,
    staleTime: 0,
    gcTime: 0,
  })
  const name = t('actions.drain.name')
  const title =
    nodes.length === 1
      ? t('actions.titleOne', { action: name, kind: resource.kind, name: nodes[0] })
      : t('actions.titleMany', { action: name, count: nodes.length, kind: resource.kind })
  const fates = plan.data ?? []
  const going = fates.filter(({ fate }) => fate === 'evict')
  const close = (): void => {
    if (running && running.state.phase !== 'running') forgetDrain(key)
    onClose()
  }
  return (
    <Modal opened onClose={close} size={720} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <p className="delete-where">
        <OnContext context={context} />
      </p>
      {running ? (
        <Progress state={running.state} />
      ) : (
        <>
          <p className="dim">{t('actions.drain.what')}</p>
          {plan.error && <ErrorView error={plan.error} onRetry={() => void plan.refetch()} />}
          {plan.isPending && <p className="dim">{t('drain.looking')}</p>}
          {plan.data && <PlanView fates={fates} options={options} onOptions={setOptions} />}
          {plan.data && <SentView nodes={nodes} going={going} />}
        </>
      )}
      <div className="delete-actions">
        {running?.state.phase === 'running' && (
          <Button variant="default" onClick={() => running.stop()}>
            {t('drain.stop')}
          </Button>
        )}
        <Button variant="default" onClick={close}>
          {t(running ? 'common.close' : 'common.cancel')}
        </Button>
        {!running && (
          <Button
            color="red.9"
            disabled={!plan.data || unmet(fates, options).length > 0}
            onClick={() => startDrain(context, nodes, going, title)}
          >
            {t('drain.start', { count: going.length })}
          </Button>
        )}
      </div>
    </Modal>
  )
}

/** The pods by what becomes of them; the server is asked about each eviction without doing it, so that budgets say what they hold. */
async function makePlan(context: string, nodes: readonly string[], signal: AbortSignal): Promise<Planned[]> {
  const all: Planned[] = []
  for (const node of nodes) for (const pod of await podsOn(context, node, signal)) all.push({ node, ...fateOf(pod) })
  await eachOf(
    all,
    6,
    async (planned, index) => {
      if (planned.fate !== 'evict') return
      const held = await send(context, evictionOf(planned.pod), { dryRun: true, signal }).then(
        () => undefined,
        (thrown: unknown) => evictionRefusal(toApiError(thrown)),
      )
      if (held !== undefined) all[index] = { ...planned, held }
    },
    signal,
  )
  signal.throwIfAborted()
  return all
}

/** What is in the way is seen without scrolling; of equals the order stays. */
const troubledFirst = (fates: readonly Planned[]): Planned[] => {
  const rank = ({ held, needs }: Planned): number => (held !== undefined ? 0 : needs.length > 0 ? 1 : 2)
  return [...fates].sort((a, b) => rank(a) - rank(b))
}

const groups = ['evict', 'daemonSet', 'mirror'] as const

function PlanView({
  fates,
  options,
  onOptions,
}: {
  fates: readonly Planned[]
  options: { force: boolean; emptyDir: boolean }
  onOptions(options: { force: boolean; emptyDir: boolean }): void
}) {
  const { t } = useTranslation()
  const needing = (need: 'force' | 'emptyDir'): number => fates.filter(({ needs }) => needs.includes(need)).length
  return (
    <>
      {groups.map((group) => {
        const of = troubledFirst(fates.filter(({ fate }) => fate === group))
        const held = of.filter((planned) => planned.held !== undefined).length
        if (of.length === 0) return null
        return (
          <section key={group} aria-label={t(`drain.fate.${group}`, { count: of.length })}>
            <p>{t(`drain.fate.${group}`, { count: of.length })}</p>
            {held > 0 && (
              <p>
                <ToneWord tone="warn">{t('drain.heldNow', { count: held })}</ToneWord>
              </p>
            )}
            {group === 'evict' && (
              <ul className="delete-list" tabIndex={0} aria-label={t(`drain.fate.${group}`, { count: of.length })}>
                {of.slice(0, listed).map(({ pod, held, needs }) => (
                  <li key={pod.metadata.uid}>
                    <ToneMark tone={held ? 'warn' : 'ok'} />
                    <span className="mono">{`${pod.metadata.namespace ?? ''}/${pod.metadata.name}`}</span>
                    {needs.map((need) => (
                      <ToneWord key={need} tone="warn">
                        {t(`drain.needs.${need}`)}
                      </ToneWord>
                    ))}
                    {held && <span className="tone-warn delete-error">{held}</span>}
                  </li>
                ))}
                {of.length > listed && <li className="dim">{t('common.more', { count: of.length - listed })}</li>}
              </ul>
            )}
          </section>
        )
      })}
      {fates.length === 0 && <p>{t('nodes.noPods')}</p>}
      {(['force', 'emptyDir'] as const).map(
        (need) =>
          needing(need) > 0 && (
            <Checkbox
              key={need}
              className="delete-option"
              label={t(`drain.agree.${need}`, { count: needing(need) })}
              checked={options[need]}
              onChange={(event) => onOptions({ ...options, [need]: event.currentTarget.checked })}
            />
          ),
      )}
    </>
  )
}

function SentView({ nodes, going }: { nodes: readonly string[]; going: readonly Planned[] }) {
  const { t } = useTranslation()
  const requests = [...nodes.map(cordonOf), ...going.slice(0, listed).map(({ pod }) => evictionOf(pod))]
  return (
    <details className="action-sent">
      <summary>{t('actions.sent')}</summary>
      <pre className="data-text" tabIndex={0} aria-label={t('actions.sent')}>
        {requests.map((change) => `${change.method} ${changeUrl(change, false)}\n${JSON.stringify(change.body)}`).join('\n')}
      </pre>
    </details>
  )
}

const tones: Record<PodProgress['state'], Tone> = {
  waiting: 'muted',
  evicting: 'busy',
  held: 'warn',
  going: 'busy',
  gone: 'ok',
  failed: 'bad',
  stopped: 'muted',
}
const order: PodProgress['state'][] = ['failed', 'held', 'evicting', 'going', 'waiting', 'stopped', 'gone']

function Progress({ state }: { state: NonNullable<ReturnType<typeof useDrain>>['state'] }) {
  const { t } = useTranslation()
  const { pods, phase, error, cordoned } = state
  const gone = pods.filter((pod) => pod.state === 'gone').length
  const sorted = [...pods].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
  return (
    <>
      <p role="status" className="delete-sum">
        <ToneMark tone={phase === 'running' ? 'busy' : phase === 'done' ? 'ok' : phase === 'stopped' ? 'muted' : 'bad'} />
        <span>
          {t(`drain.phase.${phase}`)} {t('drain.gone', { gone: figure(gone), count: pods.length })}
          {cordoned.length > 0 && phase !== 'done' && <> {t('drain.cordoned', { nodes: cordoned.join(', ') })}</>}
        </span>
      </p>
      {error !== undefined && <ErrorView error={error} />}
      <ul className="delete-list" tabIndex={0} aria-label={t('drain.pods')}>
        {sorted.slice(0, listed).map((pod) => (
          <li key={pod.uid}>
            <ToneMark tone={tones[pod.state]} />
            <span className="mono">{`${pod.namespace}/${pod.name}`}</span>
            <span className="dim">{t(`drain.state.${pod.state}`)}</span>
            {pod.message && <span className={`delete-error ${pod.state === 'failed' ? 'tone-bad' : 'tone-warn'}`}>{pod.message}</span>}
          </li>
        ))}
      </ul>
    </>
  )
}
