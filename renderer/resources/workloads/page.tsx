import type { ComponentProps } from 'react'
import type { KindPage } from '../page.ts'
import { WorkloadOverview } from './overview.tsx'
import { workloadViews } from './view.ts'

type Props = Omit<ComponentProps<typeof WorkloadOverview>, 'resourceKey'>

const page = (key: string): KindPage<Props['object']> => ({
  view: workloadViews[key],
  Overview: ({ object }) => <WorkloadOverview resourceKey={key} object={object} />,
})

/** Every kind that has a workload's view, by resource key. */
export const workloadPages = Object.fromEntries(Object.keys(workloadViews).map((key) => [key, page(key)]))
