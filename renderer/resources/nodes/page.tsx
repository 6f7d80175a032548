import type { ComponentProps, ComponentType } from 'react'
import { usePlace } from '../../ui/place.ts'
import type { KindPage } from '../page.ts'
import { NodeGate } from './gate.tsx'
import { NodeLogs } from './node-logs.tsx'
import { NodeMetrics } from './node-metrics.tsx'
import { NodeProfile } from './node-profile.tsx'
import { NodeRaw } from './node-raw.tsx'
import { NodeOverview } from './overview.tsx'
import type { Node } from './types.ts'
import { nodeView } from './view.ts'

type Tool = ComponentType<{ context: string; node: string }>

/** A panel that reads the kubelet's own endpoints: it opens behind the gate, and anew for another node. */
function behindGate(Panel: Tool): ComponentType<{ object: Node }> {
  return function NodePanel({ object: { metadata } }) {
    const { context } = usePlace()
    return (
      <NodeGate context={context}>
        <Panel key={metadata.name} context={context} node={metadata.name} />
      </NodeGate>
    )
  }
}

const raw =
  (path: ComponentProps<typeof NodeRaw>['path']): Tool =>
  (props) => <NodeRaw {...props} path={path} />

export const nodePage: KindPage<Node> = {
  view: nodeView,
  Overview: NodeOverview,
  tabs: [
    { id: 'node-logs', Panel: behindGate(NodeLogs) },
    { id: 'profile', Panel: behindGate(NodeProfile) },
    { id: 'metrics', Panel: behindGate(NodeMetrics) },
    { id: 'stats', Panel: behindGate(raw('stats/summary')) },
    { id: 'configz', Panel: behindGate(raw('configz')) },
  ],
}
