import { useTranslation } from 'react-i18next'
import { labelSelectorText } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/types.ts'
import { logsTab, useDock } from '../../tools/dock/dock-context.ts'
import { Logs } from '../../tools/logs/logs.tsx'
import { usePlace } from '../../ui/place.ts'
import { selectorOf } from './selector.ts'
import type { Workload } from './types.ts'

/** The logs of all pods that a workload or a service selects. */
export function WorkloadLogsPanel({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const dock = useDock()
  const of = selectorOf(object as Workload)
  if (!of) return <p className="empty">{t('workloads.noPods')}</p>
  const { name, namespace = '' } = object.metadata
  const target = { context, namespace, selector: labelSelectorText(of), title: name }
  return <Logs key={`${namespace}/${name}`} target={target} onDock={(shown) => dock.add(logsTab(shown))} />
}
