import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { KubeObject } from '../../kube/types.ts'
import { useObject } from '../../queries/hub.ts'
import { logsTab, useDock } from '../../tools/dock/dock-context.ts'
import { Logs } from '../../tools/logs/logs.tsx'
import { usePlace } from '../../ui/place.ts'
import { jobsOf, podsOfJobs } from './cron-jobs.ts'

const jobs = { group: 'batch', version: 'v1', plural: 'jobs', namespaced: true }

/** The logs of the Jobs that a CronJob has made and that are kept. One that starts meanwhile is offered: the log being read stays what it is. */
export function CronLogsPanel({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const dock = useDock()
  const { name, namespace = '', uid } = object.metadata
  const data = useObject(useMemo(() => ({ context, resource: jobs, namespace }), [context, namespace]))
  const now = jobsOf(data?.all ?? [], uid)
  const [read, setRead] = useState<readonly string[]>()
  const known = read ?? (data?.state.synced && now.length > 0 ? now.map(({ metadata }) => metadata.uid ?? '') : undefined)
  if (known && known !== read) setRead(known)
  if (!known) return data?.state.synced ? <p className="empty">{t('workloads.noJobs')}</p> : null
  const newer = now.find(({ metadata }) => !known.includes(metadata.uid ?? ''))
  const target = { context, namespace, selector: podsOfJobs(known), title: name }
  return (
    <div className="panel-fill">
      {newer && (
        <div className="notice" role="status">
          {t('workloads.newerJob', { name: newer.metadata.name })}
          <Button variant="default" size="compact-xs" onClick={() => setRead(undefined)}>
            {t('workloads.readNewer')}
          </Button>
        </div>
      )}
      <Logs key={target.selector} target={target} onDock={(shown) => dock.add(logsTab(shown))} />
    </div>
  )
}
