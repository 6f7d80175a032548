import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterPath, request } from '../../kube/fetch.ts'
import { allSeries } from '../../kube/series.ts'
import { ReadingTable, type Search } from '../../tools/captures/reading-table.tsx'
import { type NodePage, NodeReading } from './node-reading.tsx'

/** As kubelets serve them: their own, what containers use by cAdvisor and in short, and how probes went. */
const paths = ['metrics', 'metrics/cadvisor', 'metrics/resource', 'metrics/probes'] as const

function Series({ content, search }: { content: string; search: Search }) {
  const { values } = useMemo(() => allSeries(content), [content])
  return <ReadingTable reading={values} search={search} />
}

const metricsPage: NodePage<string> = {
  ask: async (url, signal) => (await request(url, { signal })).text(),
  reading: (content) => {
    const { values, counters } = allSeries(content)
    return { values, growing: counters }
  },
  View: Series,
}

/** The kubelet's metrics, series by series; two readings tell what has moved between them. */
export function NodeMetrics({ context, node }: { context: string; node: string }) {
  const { t } = useTranslation()
  const [path, setPath] = useState<string>(paths[0])
  const url = clusterPath(context, `/api/v1/nodes/${encodeURIComponent(node)}/proxy/${path}`)
  return (
    <NodeReading key={path} url={url} page={metricsPage}>
      <select className="select" aria-label={t('nodes.metricsPath')} value={path} onChange={(event) => setPath(event.target.value)}>
        {paths.map((choice) => (
          <option key={choice} value={choice}>
            /{choice}
          </option>
        ))}
      </select>
    </NodeReading>
  )
}
