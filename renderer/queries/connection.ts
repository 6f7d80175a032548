import { useMemo } from 'react'
import { baseContext } from '../kube/acting.ts'
import { type Connection, connectionOf } from '../kube/connection.ts'
import { brokenOf, local, useContexts } from './contexts.ts'
import { useNet } from './hub.ts'
import { useLocal } from './local.ts'

/** How the cluster of a context is now. */
export function useConnection(context: string): Connection {
  const net = useNet()
  const { data } = useLocal()
  const cluster = net.clusters[baseContext(context)]
  const troubled = net.troubled[context] ?? 0
  // Before its state is known it counts as running: the watches say the rest.
  const own = baseContext(context) === local ? (data?.state ?? 'running') : undefined
  const broken = brokenOf(useContexts().data, context)
  const { socket } = net
  return useMemo(() => connectionOf({ socket, cluster, troubled, local: own, broken }), [socket, cluster, troubled, own, broken])
}

/** The same of several. */
export function useConnections(contexts: readonly string[]): ReadonlyMap<string, Connection> {
  const net = useNet()
  const { data } = useLocal()
  const { data: infos } = useContexts()
  return new Map(
    contexts.map((context) => {
      const own = baseContext(context) === local ? (data?.state ?? 'running') : undefined
      const cluster = net.clusters[baseContext(context)]
      const broken = brokenOf(infos, context)
      return [context, connectionOf({ socket: net.socket, cluster, troubled: net.troubled[context] ?? 0, local: own, broken })]
    }),
  )
}
