import { useQuery } from '@tanstack/react-query'
import { clusterPath, request } from '../../kube/fetch.ts'
import { parseLine } from '../../tools/logs/ansi.ts'
import { splitStamp } from '../../tools/logs/log-line.ts'

const lines = 3

interface Crashed {
  namespace: string
  /** Of the pod. */
  name: string
  container: string | undefined
  restarts: number
}

/** What a crashed container wrote last, from its previous run; nothing when that cannot be read. */
export function LastLines({ context, problem }: { context: string; problem: Crashed }) {
  const { namespace, name, container, restarts } = problem
  const { data } = useQuery({
    queryKey: ['last-lines', context, namespace, name, container, restarts],
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ previous: 'true', tailLines: String(lines), container: container ?? '' })
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log?${query}`
      return (await request(clusterPath(context, path), { signal })).text()
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const text = (data ?? '').trimEnd()
  if (!text) return null
  return (
    <pre className="last-lines mono">
      {text
        .split('\n')
        .map((line) => parseLine(splitStamp(line).text).text)
        .join('\n')}
    </pre>
  )
}
