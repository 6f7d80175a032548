import type { ComponentProps } from 'react'
import type { KindPage } from '../page.ts'
import { CronLogsPanel } from './cron-logs-panel.tsx'
import { WorkloadLogsPanel } from './logs-panel.tsx'
import { RevisionsPanel } from './revisions-panel.tsx'
import { WorkloadOverview } from './overview.tsx'
import { TimelinePanel } from './timeline-panel.tsx'
import { workloadViews } from './view.ts'

type Props = Omit<ComponentProps<typeof WorkloadOverview>, 'resourceKey'>

/** Kinds of which earlier templates are kept. */
const revised = new Set(['deployments.apps', 'statefulsets.apps', 'daemonsets.apps'])

const page = (key: string): KindPage<Props['object']> => ({
  view: workloadViews[key],
  Overview: ({ object }) => <WorkloadOverview resourceKey={key} object={object} />,
  tabs: [
    ...(key === 'cronjobs.batch' ? [] : [{ id: 'timeline', Panel: TimelinePanel }]),
    ...(revised.has(key) ? [{ id: 'revisions', Panel: RevisionsPanel }] : []),
    { id: 'logs', Panel: key === 'cronjobs.batch' ? CronLogsPanel : WorkloadLogsPanel },
  ],
})

/** Every kind that has a workload's view, by resource key. */
export const workloadPages = Object.fromEntries(Object.keys(workloadViews).map((key) => [key, page(key)]))
