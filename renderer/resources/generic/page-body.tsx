import type { Condition, KubeObject } from '../../kube/types.ts'
import { RecentEvents } from '../events/events-tab.tsx'
import { Conditions, MainFacts, Metadata } from './common.tsx'

/** An overview's frame: what the kind puts first, its own sections, and what every object has. */
export function PageBody({
  object,
  facts,
  conditions,
  children,
}: {
  object: KubeObject
  /** Names and values; those that are undefined are left out. */
  facts?: [string, React.ReactNode][]
  conditions?: Condition[]
  children?: React.ReactNode
}) {
  return (
    <div className="overview">
      <MainFacts object={object} extra={facts} />
      {children}
      <Conditions conditions={conditions} />
      <RecentEvents object={object} />
      <Metadata object={object} />
    </div>
  )
}
