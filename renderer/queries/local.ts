import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { requestJson } from '../kube/fetch.ts'

/** The control plane that this window carries, as the gateway tells it. */
export interface LocalState {
  state: 'starting' | 'running' | 'stopped' | 'failed'
  store: 'sqlite' | 'etcd'
  /** Empty while nothing listens. */
  url: string
  /** Milliseconds since the epoch; 0 before it was ever ready. */
  startedAt: number
  restarts: number
  message?: string
  /** The last lines of its log, oldest first. */
  log: { time: string; level: string; message: string }[]
}

export type LocalCommand = 'start' | 'stop' | 'restart'

export const localQuery = queryOptions({
  queryKey: ['local'],
  queryFn: ({ signal }) => requestJson<LocalState>('/api/local', { signal }),
  refetchInterval: (query) => (query.state.data?.state === 'starting' ? 500 : 3_000),
  retry: false,
})

export const useLocal = () => useQuery(localQuery)

export function useLocalCommand() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (command: LocalCommand) => requestJson<unknown>(`/api/local/${command}`, { method: 'POST' }),
    onSettled: () => client.invalidateQueries({ queryKey: localQuery.queryKey }),
  })
}
