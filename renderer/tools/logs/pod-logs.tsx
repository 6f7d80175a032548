import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterPath } from '../../kube/fetch.ts'
import { Icon } from '../../ui/icon.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import { LogView } from './log-view.tsx'
import { useLogStream } from './use-log-stream.ts'

export interface PodLogTarget {
  context: string
  namespace: string
  pod: string
  /** In the order of the spec: init containers, containers, ephemeral ones. */
  containers: string[]
  container?: string
}

const sinceChoices = ['0', '300', '3600', '86400'] as const
/** Lines asked for when no time was chosen: enough to read, quick to come. */
const tail = 5_000

export function PodLogs({ target, onDock }: { target: PodLogTarget; onDock?: (container: string) => void }) {
  const { t } = useTranslation()
  const [container, setContainer] = useState(target.container ?? target.containers[0] ?? '')
  const [previous, setPrevious] = useState(false)
  const [since, setSince] = useState<string>('0')
  const url = (extra: Record<string, string>): string => {
    const query = new URLSearchParams({ container, timestamps: 'true', ...extra })
    if (!previous) query.set('follow', 'true')
    else query.set('previous', 'true')
    return clusterPath(target.context, `/api/v1/namespaces/${target.namespace}/pods/${target.pod}/log?${query}`)
  }
  const first: Record<string, string> = since === '0' ? { tailLines: String(tail) } : since === 'all' ? {} : { sinceSeconds: since }
  const stream = useLogStream(url(first), !previous, (time) => url({ sinceTime: time }))
  return (
    <LogView stream={stream} title={`${target.namespace}_${target.pod}_${container}`} timestamps follows={!previous}>
      {target.containers.length > 1 ? (
        <select
          className="select"
          aria-label={t('logs.container')}
          value={container}
          onChange={(event) => setContainer(event.target.value)}
        >
          {target.containers.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      ) : (
        <span className="dim">{container}</span>
      )}
      <select className="select" aria-label={t('logs.since')} value={since} onChange={(event) => setSince(event.target.value)}>
        {sinceChoices.map((value) => (
          <option key={value} value={value}>
            {t(`logs.sinceChoice.${value}`, { count: tail })}
          </option>
        ))}
        <option value="all">{t('logs.sinceChoice.all')}</option>
      </select>
      <Toggle label={t('logs.previous')} on={previous} onChange={setPrevious} />
      {onDock && (
        <button
          type="button"
          className="icon-button"
          onClick={() => onDock(container)}
          title={t('logs.toDock')}
          aria-label={t('logs.toDock')}
        >
          <Icon name="dock" size={14} />
        </button>
      )}
    </LogView>
  )
}
