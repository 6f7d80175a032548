import { useTranslation } from 'react-i18next'
import { logsTab, useDock } from '../../tools/dock/dock-context.ts'
import { Logs } from '../../tools/logs/logs.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { useGo, usePlace } from '../../ui/place.ts'
import { podSummary } from './status.ts'
import type { Pod } from './types.ts'

export function PodLogsPanel({ object: pod }: { object: Pod }) {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const dock = useDock()
  const { name, namespace = '', uid } = pod.metadata
  const target = { context: place.context, namespace, title: name, pod: name }
  return (
    <div className="panel-fill">
      {!hasStarted(pod) && (
        <div className="notice" role="status">
          <ToneWord tone="busy">{t('details.notStarted', { status: podSummary(pod).text })}</ToneWord>
          <button type="button" className="icon-button action" onClick={() => go({ tab: 'events' })}>
            {t('details.tabs.events')}
          </button>
        </div>
      )}
      <Logs key={uid} target={target} onDock={(shown) => dock.add(logsTab(shown))} />
    </div>
  )
}

/** Some container runs, or has run: there may be lines. */
function hasStarted({ status }: Pod): boolean {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return all.some(({ state, lastState }) => state?.running ?? state?.terminated ?? lastState?.terminated)
}
