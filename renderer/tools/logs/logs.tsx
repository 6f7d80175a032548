import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterPath, request } from '../../kube/fetch.ts'
import { labelSelectorText } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/types.ts'
import { pods } from '../../queries/discovery.ts'
import { useHub, useObject } from '../../queries/hub.ts'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { Icon, ToneWord } from '../../ui/icon.tsx'
import { save } from '../../ui/save.ts'
import { Toggle } from '../../ui/toggle.tsx'
import { containersOf, firstToRead, hasEarlierRun, type LoggingPod, sourcesOf, successor, waiting } from './log-sources.ts'
import { Chip } from './log-choice.tsx'
import { LogView } from './log-view.tsx'
import type { LogTarget } from './target.ts'
import { useManyLogs } from './use-many-logs.ts'

/** More logs at once than anybody can tell apart, and a server's patience. */
const mostSources = 60
const sinceChoices = ['0', '300', '3600', '86400', 'all'] as const
/** Lines asked for when no time was chosen: of one pod, and of each container of many. */
const tails = { one: 5_000, many: 500 }

/**
 * The logs of a pod, or of all pods that a selector finds, in one: each line with whose it is, in the order of their times. Pods that join
 * are read as they come, and where one pod goes, the one that takes its place.
 */
export function Logs({ target, onDock }: { target: LogTarget; onDock?: (target: LogTarget) => void }) {
  const { t } = useTranslation()
  const hub = useHub()
  const { context } = target
  const [selector, setSelector] = useState(target.selector ?? '')
  const { data, all } = useLoggingPods(target, selector)
  const [chosen, setChosen] = useState(target.container)
  // The failing one at first; it does not jump away from under the reader when it recovers.
  const [first, setFirst] = useState<string>()
  const suggested = target.pod !== undefined && all[0] ? firstToRead(all[0]) : undefined
  useEffect(() => setFirst((known) => known ?? suggested), [suggested])
  const container = chosen ?? first ?? suggested ?? ''
  const [since, setSince] = useState<string>('0')
  const [earlier, setEarlier] = useState(false)
  const tail = target.pod === undefined ? tails.many : tails.one
  const containers = useMemo(() => {
    const names = [...new Set(all.flatMap(containersOf))]
    return target.pod === undefined ? names.sort() : names
  }, [all, target.pod])
  const sources = useMemo(
    () => all.flatMap((pod) => sourcesOf(pod, context, { container, since, tail, earlier })),
    [all, context, container, since, tail, earlier],
  )
  const shown = sources.slice(0, mostSources)
  const { stream, names, errors } = useManyLogs(shown, `${container}|${since}|${earlier}|${selector}`)
  const held = all.flatMap((pod) => waiting(pod, container).map((wait) => ({ ...wait, pod: pod.metadata.name })))
  const several = new Set(shown.map(({ of }) => of)).size > 1 || names.length > 1
  return (
    <div className="panel-fill">
      <FeedNotice state={data?.state} count={all.length} onRetry={() => hub.kick()} />
      {sources.length > mostSources && (
        <div className="notice tone-warn">{t('logs.tooMany', { shown: mostSources, count: sources.length })}</div>
      )}
      {errors.length > 0 && (
        <div className="notice">
          <ToneWord tone="warn">{t('logs.unread', { count: errors.length })}</ToneWord>
          <span className="ellipsis dim">{errors[0]}</span>
        </div>
      )}
      {held.length > 0 && shown.length === 0 && (
        <div className="notice" role="status">
          <ToneWord tone="busy">{t('logs.waits', { container: `${held[0]?.pod}/${held[0]?.name}`, reason: held[0]?.reason })}</ToneWord>
          <span className="ellipsis dim">{held[0]?.message}</span>
        </div>
      )}
      {target.pod === undefined && data?.state.synced && all.length === 0 && (
        <div className="notice" role="status">
          {t('logs.noPods')}
        </div>
      )}
      <LogView
        stream={stream}
        title={[target.namespace, target.title, container].filter(Boolean).join('_')}
        stamped
        sources={several ? names : undefined}
        ruleNames={names}
        follows
        range={{
          label: t('logs.since'),
          value: since,
          choices: sinceChoices.map((value) => [value, t(`logs.sinceChoice.${value}`, { count: tail })]),
          onChange: setSince,
        }}
        saveWhole={(line) => void saveSource(shown, names, stream.buffer.sourceOf(line))}
      >
        {target.pod === undefined && <SelectorInput value={selector} onChange={setSelector} />}
        {target.pod === undefined && (
          <span className="dim" data-testid="log-pods">
            {t('logs.pods', { count: new Set(shown.map(({ pod }) => pod)).size })}
          </span>
        )}
        {containers.length > 1 && (
          <select
            className="select"
            aria-label={t('logs.container')}
            title={t('logs.container')}
            value={container}
            onChange={(event) => setChosen(event.target.value)}
          >
            <option value="">{t('logs.allContainers')}</option>
            {containers.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        {since !== '0' && <Chip text={t(`logs.sinceChoice.${since}`)} onDrop={() => setSince('0')} />}
        {(earlier || all.some(hasEarlierRun)) && <Toggle label={t('logs.previous')} on={earlier} onChange={setEarlier} />}
        {onDock && (
          <button
            type="button"
            className="icon-button"
            onClick={() => onDock({ ...target, ...(target.pod === undefined ? { selector } : { container }) })}
            title={t('logs.toDock')}
            aria-label={t('logs.toDock')}
          >
            <Icon name="dock" size={14} />
          </button>
        )}
      </LogView>
    </div>
  )
}

const none: KubeObject[] = []

/** The pods of a target, live; of one that is gone, its last state and the pod that took its place. */
function useLoggingPods({ context, namespace, pod }: LogTarget, selector: string) {
  const source = useMemo(
    () => ({
      context,
      resource: pods,
      namespace: namespace || undefined,
      ...(pod === undefined ? { labelSelector: selector } : { fieldSelector: `metadata.name=${pod}` }),
    }),
    [context, namespace, pod, selector],
  )
  const data = useObject(source)
  const gone = pod !== undefined && data?.deleted ? (data.object ?? undefined) : undefined
  const labels = gone && labelSelectorText({ matchLabels: gone.metadata.labels })
  const heirs = useMemo(
    () => (labels ? { context, resource: pods, namespace, labelSelector: labels } : undefined),
    [context, namespace, labels],
  )
  const candidates = useObject(heirs)?.all ?? none
  const heir = gone && successor(gone, candidates)
  const found = data?.all ?? none
  const all = useMemo(() => (heir ? [heir] : found) as LoggingPod[], [heir, found])
  return { data, all }
}

/** Counts once the typing rests: Enter, or going elsewhere. */
function SelectorInput({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useTranslation()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  return (
    <form
      className="log-selector"
      onSubmit={(event) => {
        event.preventDefault()
        onChange(text.trim())
      }}
    >
      <input
        className="text-input mono"
        type="text"
        value={text}
        spellCheck={false}
        aria-label={t('columns.selector')}
        title={t('columns.selector')}
        placeholder={t('logs.everyPod')}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => onChange(text.trim())}
      />
    </form>
  )
}

/** All of one container's log as a file: what is too long to be shown is in it. */
async function saveSource(sources: ReturnType<typeof sourcesOf>, names: readonly string[], number: number | undefined): Promise<void> {
  const source = sources.find(({ name, earlier }) => !earlier && name === names[number ?? 0]) ?? sources[0]
  if (!source) return
  const [path = '', query = ''] = source.path(undefined).split('?')
  const asked = new URLSearchParams(query)
  for (const narrower of ['follow', 'tailLines', 'sinceSeconds']) asked.delete(narrower)
  const response = await request(clusterPath(source.context, `${path}?${asked}`))
  await save(`${source.name}.log`, await response.blob())
}
