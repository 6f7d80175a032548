import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { ErrorView } from '../../ui/error-view.tsx'
import { Icon } from '../../ui/icon.tsx'

const YamlView = lazy(() => import('../../tools/yaml/yaml-view.tsx').then((m) => ({ default: m.YamlView })))

/** What a kubelet endpoint answers, as YAML. */
export function NodeRaw({ context, node, path }: { context: string; node: string; path: 'stats/summary' | 'configz' }) {
  const { t } = useTranslation()
  const url = clusterPath(context, `/api/v1/nodes/${encodeURIComponent(node)}/proxy/${path}`)
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['node-raw', url],
    queryFn: ({ signal }) => requestJson<unknown>(url, { signal }),
  })
  if (error) return <ErrorView error={error} onRetry={() => void refetch()} />
  return (
    <div className="panel-fill">
      <div className="log-bar">
        <span className="mono dim">/{path}</span>
        <button type="button" className="icon-button" onClick={() => void refetch()} disabled={isFetching}>
          <Icon name="restart" size={14} />
          {t('nodes.reload')}
        </button>
      </div>
      {data !== undefined && (
        <Suspense fallback={null}>
          <YamlView object={data} />
        </Suspense>
      )}
    </div>
  )
}
