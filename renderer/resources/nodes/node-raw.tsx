import { Suspense } from 'react'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { jsonReading } from '../../tools/captures/compare.ts'
import { type NodePage, NodeReading } from './node-reading.tsx'
import { part } from '../../ui/part.tsx'

const YamlView = part(() => import('../../tools/yaml/yaml-view.tsx').then((m) => m.YamlView))

const jsonPage: NodePage<unknown> = {
  ask: (url, signal) => requestJson<unknown>(url, { signal }),
  reading: (content) => ({ values: jsonReading(content) }),
  lines: (content) => JSON.stringify(content, undefined, 2),
  View: ({ content }) => (
    <Suspense fallback={null}>
      <YamlView object={content} />
    </Suspense>
  ),
}

/** What a kubelet endpoint answers, as YAML. */
export function NodeRaw({ context, node, path }: { context: string; node: string; path: 'stats/summary' | 'configz' }) {
  return (
    <NodeReading url={clusterPath(context, `/api/v1/nodes/${encodeURIComponent(node)}/proxy/${path}`)} page={jsonPage}>
      <span className="mono dim">/{path}</span>
    </NodeReading>
  )
}
