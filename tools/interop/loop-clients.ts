import type { UserInfo } from '../../server/authn/contract.ts'
import { createClient, type Client } from '../../server/client/client.ts'
import { createHttpTransport } from '../../server/client/http-transport.ts'
import { createInformerFactory, type InformerFactory } from '../../server/client/informer.ts'
import type { Transport, TransportRequest, TransportResponse } from '../../server/client/transport.ts'
import { GIT_VERSION } from '../../server/discovery/version.ts'
import type { Clock } from '../../server/machinery/clock.ts'

/** Clients of an API server for control loops, each as the user that it is at home: the server's default roles have to be enough. */
export interface LoopClients {
  /** @param agent kube-controller-manager, kube-scheduler or kubelet */
  clientAs(user: UserInfo, agent: string): Client
  informersAs(user: UserInfo, agent: string): InformerFactory
  close(): Promise<void>
}

/** Paths that begin so are asked at another address, in HTTP. */
type Elsewhere = Readonly<Record<string, string>>

/** @param token of somebody who may impersonate. Whatever certificate the server has is taken. */
export function loopClients(server: string, token: string, ctx: { clock: Clock; signal: AbortSignal; elsewhere?: Elsewhere }): LoopClients {
  const { clock, signal, elsewhere = {} } = ctx
  const transport = createHttpTransport({ server, token, insecureSkipTlsVerify: true })
  /** Service accounts are in their groups anyway; of a node's groups there is one to name. */
  const transportAs = ({ name, groups }: UserInfo): Transport => {
    const [group] = groups.filter((g) => g === 'system:nodes')
    const headers = { 'impersonate-user': name, ...(group === undefined ? {} : { 'impersonate-group': group }) }
    const as = (req: TransportRequest): TransportRequest => ({ ...req, headers: { ...req.headers, ...headers } })
    const request = (req: TransportRequest): Promise<TransportResponse> => {
      const [, other] = Object.entries(elsewhere).find(([prefix]) => req.path.startsWith(prefix)) ?? []
      return other === undefined ? transport.request(as(req)) : get(`${other}${req.path}`)
    }
    return { request, stream: (req) => transport.stream(as(req)), close: () => Promise.resolve() }
  }
  const clientAs = (user: UserInfo, agent: string): Client =>
    createClient(transportAs(user), { userAgent: `${agent}/${GIT_VERSION}`, clock })
  return {
    clientAs,
    informersAs: (user, agent) => createInformerFactory({ client: clientAs(user, agent), clock, signal, onError: complain }),
    close: () => transport.close(),
  }
}

async function get(url: string): Promise<TransportResponse> {
  const answer = await fetch(url)
  return { status: answer.status, headers: {}, body: Buffer.from(await answer.arrayBuffer()) }
}

/** A line on standard error, as the original's components write it. */
export function complain(error: unknown, what: unknown): void {
  console.error(`E ${typeof what === 'string' ? what : JSON.stringify(what)}: ${error instanceof Error ? error.message : String(error)}`)
}
