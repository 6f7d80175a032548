import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { statusError } from '../../kube/api-error.ts'
import { systemClock } from '../../kube/clock.ts'
import { isRecord, type KubeObject } from '../../kube/types.ts'
import { pods } from '../../queries/discovery.ts'
import { useHub, useObject } from '../../queries/hub.ts'
import { FeedNotice } from '../../ui/feed-notice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { LogBuffer } from './log-buffer.ts'
import { logSocket } from './log-socket.ts'
import { LogView } from './log-view.tsx'
import { type LogSource, ManyLogs } from './many-logs.ts'
import type { LogStream } from './use-log-stream.ts'

/** The pods of a workload, a service, or whoever these labels select. */
export interface GroupLogTarget {
  context: string
  namespace: string
  /** As the `labelSelector` parameter has it. */
  selector: string
  title: string
}

interface LoggingPod extends KubeObject {
  spec?: { containers?: { name: string }[]; initContainers?: { name: string; restartPolicy?: string }[] }
  status?: {
    containerStatuses?: { name: string; state?: Record<string, unknown>; lastState?: Record<string, unknown> }[]
    initContainerStatuses?: { name: string; state?: Record<string, unknown> }[]
  }
}

/** More logs at once than anybody can tell apart, and a server's patience. */
const mostSources = 60
const sinceChoices = ['0', '300', '3600', '86400'] as const
/** Lines of each container when no time was chosen. */
const tail = 500

/** The logs of many pods in one: each line with its pod, in the order of their times; pods that join are read as they come. */
export function GroupLogs({ target, onDock }: { target: GroupLogTarget; onDock?: () => void }) {
  const { t } = useTranslation()
  const hub = useHub()
  const { context, namespace, selector } = target
  const source = useMemo(() => ({ context, resource: pods, namespace, labelSelector: selector }), [context, namespace, selector])
  const data = useObject(source)
  const all = (data?.all ?? none) as LoggingPod[]
  const [container, setContainer] = useState('')
  const [since, setSince] = useState<string>('0')
  const containers = useMemo(() => [...new Set(all.flatMap((pod) => namesOf(pod)))].sort(), [all])
  const sources = useMemo(() => all.flatMap((pod) => sourcesOf(pod, context, container, since)), [all, context, container, since])
  const shown = sources.slice(0, mostSources)
  const { stream, names, errors } = useManyLogs(shown, `${container}|${since}`)
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
      <LogView stream={stream} title={target.title} timestamps sources={names} follows>
        <span className="dim" data-testid="log-pods">
          {t('logs.pods', { count: new Set(shown.map(({ pod }) => pod)).size })}
        </span>
        {containers.length > 1 && (
          <select
            className="select"
            aria-label={t('logs.container')}
            value={container}
            onChange={(event) => setContainer(event.target.value)}
          >
            <option value="">{t('logs.allContainers')}</option>
            {containers.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        <select className="select" aria-label={t('logs.since')} value={since} onChange={(event) => setSince(event.target.value)}>
          {sinceChoices.map((value) => (
            <option key={value} value={value}>
              {t(`logs.sinceChoice.${value}`, { count: tail })}
            </option>
          ))}
          <option value="all">{t('logs.sinceChoice.all')}</option>
        </select>
        {onDock && (
          <button type="button" className="icon-button" onClick={onDock} title={t('logs.toDock')} aria-label={t('logs.toDock')}>
            <Icon name="dock" size={14} />
          </button>
        )}
      </LogView>
    </div>
  )
}
const none: KubeObject[] = []

const namesOf = ({ spec }: LoggingPod): string[] => [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name }) => name)

interface NamedSource extends LogSource {
  pod: string
  name: string
}

/** The containers of a pod that have begun; before that there is nothing to read. */
function sourcesOf(pod: LoggingPod, context: string, only: string, since: string): NamedSource[] {
  const { name: podName, namespace = '', uid = '' } = pod.metadata
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  const begun = statuses.filter(
    ({ state, ...more }) => state?.running ?? state?.terminated ?? (more as { lastState?: Record<string, unknown> }).lastState?.terminated,
  )
  const several = namesOf(pod).length > 1
  return begun
    .filter(({ name }) => only === '' || only === name)
    .map(({ name }) => ({
      id: `${uid}/${name}/${since}`,
      pod: podName,
      name: several && only === '' ? `${podName}/${name}` : podName,
      context,
      path(after) {
        const query = new URLSearchParams({ container: name, timestamps: 'true', follow: 'true' })
        if (after) query.set('sinceTime', after)
        else if (since === '0') query.set('tailLines', String(tail))
        else if (since !== 'all') query.set('sinceSeconds', since)
        return `/api/v1/namespaces/${namespace}/pods/${podName}/log?${query}`
      },
    }))
}

/** `scope`: with another one everything is read anew. */
function useManyLogs(sources: readonly NamedSource[], scope: string): { stream: LogStream; names: string[]; errors: string[] } {
  const [state, setState] = useState<{ buffer: LogBuffer; version: number }>(() => ({ buffer: new LogBuffer(), version: 0 }))
  const logs = useRef<ManyLogs>(undefined)
  const names = useRef<string[]>([])
  const [round, setRound] = useState(0)
  const latest = useRef(sources)
  latest.current = sources
  const apply = (): void => {
    logs.current?.set(latest.current)
    for (const { id, name } of latest.current) names.current[logs.current?.numberOf(id) ?? 0] = name
  }
  useEffect(() => {
    const buffer = new LogBuffer()
    names.current = []
    logs.current = new ManyLogs({
      sockets: logSocket(),
      clock: systemClock,
      buffer,
      changed: () => setState((s) => ({ buffer, version: s.version + 1 })),
    })
    setState((s) => ({ buffer, version: s.version + 1 }))
    apply()
    return () => logs.current?.close()
  }, [scope, round])
  const ids = sources.map(({ id }) => id).join()
  useEffect(apply, [ids])
  const errors = (logs.current?.errors ?? []).map(({ status, body }) => statusError(isRecord(body) ? body : {}, status, 'GET log').message)
  return {
    stream: { ...state, phase: 'following', reload: () => setRound((n) => n + 1) },
    names: names.current,
    errors,
  }
}
