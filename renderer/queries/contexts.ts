import { queryOptions, useQuery } from '@tanstack/react-query'
import { requestJson } from '../kube/fetch.ts'

export interface ContextInfo {
  name: string
  cluster: string
  server: string
  user: string
  namespace: string
  /** The control plane this window carries. */
  local: boolean
  current: boolean
  /** Why it cannot be used. */
  error?: string
}

export const contextsQuery = queryOptions({
  queryKey: ['contexts'],
  queryFn: async ({ signal }) => (await requestJson<{ contexts: ContextInfo[] }>('/api/contexts', { signal })).contexts,
  staleTime: 30_000,
})

export const useContexts = () => useQuery(contextsQuery)

export function useIsLocal(context: string): boolean {
  const { data } = useContexts()
  return data?.some((c) => c.name === context && c.local) ?? false
}
