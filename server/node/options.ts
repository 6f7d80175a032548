import type { Client } from '../client/client.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Authorize } from './kubelet/authorize.ts'
import type { KeyPair } from '../serving/x509.ts'
import type { Runtime } from './runtime.ts'

export interface NodeAgentOptions {
  client: Client
  nodeName: string
  /** The agent closes it. */
  runtime: Runtime
  /** The folder of the agent's own log, and all that `/logs/` serves. Made when it is not there. */
  logDir: string
  clock?: Clock
  /** The kubelet API's serving certificate, PEM; self-signed without it. */
  tls?: KeyPair
  /** PEM of who signs the certificates by which callers of the kubelet API are known. */
  clientCA?: string | Buffer
  /** PEM of the certificate that the API server shows: who has its key may use all of the kubelet API. */
  apiServerCertificate?: string | Buffer
  /** Who else may use it; without it, whom the API server allows it (`webhookAuthorizer`). */
  authorize?: Authorize
  /** Called when the kubelet API listens; what it returns is called when it no longer does. */
  onListen?: (address: string, port: number) => () => void
  /** Where the kubelet API listens, and the node's InternalIP. Default 127.0.0.1. */
  address?: string
  /** Default 0: a free port. */
  port?: number
  /** Of the addresses of pods, one range of each family. Default 10.244.0.0/24. */
  podCIDRs?: readonly string[]
  labels?: Readonly<Record<string, string>>
  /** Default 110. */
  maxPods?: number
}

export interface NodeAgent {
  readonly nodeName: string
  readonly address: string
  /** Of the kubelet API. */
  readonly port: number
  /** Pods bound to this node, as far as the agent has seen them. */
  readonly podCount: number
  /** Resolves once the node is registered and its pods have been listed. */
  ready(): Promise<void>
  close(): Promise<void>
}

export interface NodeAgentsOptions extends Omit<NodeAgentOptions, 'client' | 'nodeName' | 'runtime' | 'podCIDRs' | 'port'> {
  /** As whom a node writes, and reads while it is the only one. */
  clientOf: (nodeName: string) => Client
  /** Who reads pods and nodes for many nodes at once. */
  reader: Client
  /** Name of the node with that index, from 0. Default `binnacle-0`, `binnacle-1`, … */
  nameOf?: (index: number) => string
  runtimeOf: (nodeName: string, index: number) => Runtime
  /** Of the addresses of pods on nodes that nobody gives a range, the first before the second. Default IPv4 alone. */
  podFamilies?: readonly ('IPv4' | 'IPv6')[]
}
