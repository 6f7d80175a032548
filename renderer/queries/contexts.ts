import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { actingAs, baseContext, localContext } from '../kube/acting.ts'
import { requestJson } from '../kube/fetch.ts'
import { useHub } from './hub.ts'

/** The context of the control plane that this window carries. */
export const local = localContext

export interface ContextInfo {
  name: string
  cluster: string
  server: string
  user: string
  /** Where one starts in this context; '' for everywhere. */
  namespace: string
  /** The control plane this window carries. */
  local: boolean
  current: boolean
  /** `kubectl` with the flags that make it speak to this context, for the shell of the machine that serves this window. */
  kubectl: string
  /** Whoever answers at its address is taken for the cluster (insecure-skip-tls-verify). */
  unverified?: true
  /** Reached over plain HTTP: the credentials of its user are not sent, or it has none and is not on this machine. */
  plain?: 'withheld' | 'open'
  /** Why it cannot be used. */
  error?: string
}

/** What is wrong with a kubeconfig file; what could be read beside it is among the contexts. */
export interface KubeconfigFault {
  file: string
  line?: number
  message: string
}

/** As `/api/contexts` answers. */
export interface ContextList {
  contexts: ContextInfo[]
  errors: KubeconfigFault[]
}

/** What is to be known of the way to a cluster; undefined when nothing is. */
export const cautionOf = ({ unverified, plain }: ContextInfo): 'unverified' | 'withheld' | 'open' | undefined =>
  unverified ? 'unverified' : plain

/** Why a context leads to no cluster: '' where no kubeconfig has it, undefined where it does, or while the contexts are not known. */
export function brokenOf(contexts: readonly ContextInfo[] | undefined, context: string): string | undefined {
  if (contexts === undefined || context === '') return undefined
  const info = contexts.find(({ name }) => name === baseContext(context))
  return info === undefined ? '' : info.error
}

export const contextsQuery = queryOptions({
  queryKey: ['contexts'],
  queryFn: ({ signal }) => requestJson<ContextList>('/api/contexts', { signal }),
  staleTime: 30_000,
})

export const useContexts = () => useQuery({ ...contextsQuery, select: contextsOf })
const contextsOf = ({ contexts }: { contexts: ContextInfo[] }): ContextInfo[] => contexts

export function useKubeconfigFaults(): KubeconfigFault[] {
  return useQuery({ ...contextsQuery, select: faultsOf }).data ?? none
}
const faultsOf = ({ errors }: { errors: KubeconfigFault[] }): KubeconfigFault[] => errors
const none: KubeconfigFault[] = []

/** The list follows its files: the gateway tells when one of them has changed. */
export function useFollowContexts(): void {
  const hub = useHub()
  const client = useQueryClient()
  useEffect(() => hub.listenContexts(() => void client.invalidateQueries({ queryKey: contextsQuery.queryKey })), [hub, client])
}

export function useIsLocal(context: string): boolean {
  return baseContext(context) === local
}

/** How a command line for this context begins; undefined until that is known: kubectl alone may speak to another cluster. */
export function useKubectl(context: string): string | undefined {
  const { data } = useContexts()
  const command = data?.find((c) => c.name === baseContext(context))?.kubectl
  const as = actingAs(context)
  if (command === undefined || as === undefined) return command
  const flags = [['--as', as.user], ...as.groups.map((group) => ['--as-group', group]), ...(as.uid ? [['--as-uid', as.uid]] : [])]
  return [command, ...flags.map(([flag = '', value = '']) => `${flag} ${/^[\w:@./-]+$/.test(value) ? value : JSON.stringify(value)}`)].join(
    ' ',
  )
}
