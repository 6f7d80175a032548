import type { Readable } from 'node:stream'
import type { SecureContextOptions } from 'node:tls'
import type { Transport } from '../client/transport.ts'
import type { Clock } from '../machinery/clock.ts'
import type { ConnectionTimes } from './connection-times.ts'

/** One entry of `GET /api/contexts`. `error` says why a context cannot be used; such a context answers 503 under `/clusters/`. */
export interface ContextInfo {
  name: string
  cluster: string
  server: string
  user: string
  /** Where kubectl would start in this context; empty when the kubeconfig does not say. */
  namespace: string
  /** The control plane that this process runs. */
  local: boolean
  /** The kubeconfig's current-context. */
  current: boolean
  /** `kubectl` with the flags that make it speak to this context, for this machine's shell. */
  kubectl: string
  /** Whoever answers at its address is taken for the cluster (insecure-skip-tls-verify). */
  unverified?: true
  /** Reached over plain HTTP: the credentials of its user are not sent, or it has none and is not on this machine. */
  plain?: 'withheld' | 'open'
  error?: string
}

/** `GET /api/contexts`. `errors` are the faults of the kubeconfig files; what could be read beside them is in `contexts`. */
export interface ContextList {
  contexts: ContextInfo[]
  errors: KubeconfigFault[]
}

/** `GET /api/contexts/NAME/cluster`: what a kubeconfig for somebody else needs of this one. */
export interface ClusterEntry {
  name: string
  /** As a kubeconfig has it, with the authority's certificate in it. */
  cluster: Record<string, unknown>
}

export interface KubeconfigFault {
  file: string
  /** From 1; absent when the file could not be read at all. */
  line?: number
  message: string
}

/**
 * How a cluster is, by its own signs of life. `quiet`: nothing heard for a while, which is normal when nothing changes; `unreachable`: it
 * was asked and did not answer; `unusable`: the kubeconfig describes it in a way that cannot be used; `plugin`: a credential plugin has been running for a moment; `signedOut`: no credentials, or they are not
 * accepted; `forbidden`: it answers, and nothing that was asked for is allowed; `idle`: nobody looks at it.
 */
export interface ConnectionState {
  context: string
  phase: 'idle' | 'connecting' | 'plugin' | 'live' | 'quiet' | 'unreachable' | 'unusable' | 'signedOut' | 'forbidden'
  /** Milliseconds since the epoch: when it was last heard (or first asked), for `plugin` when that began; 0 where it says nothing. */
  since: number
  /** The plugin's command, without its arguments. */
  plugin?: string
  message?: string
}

export type LocalState = 'starting' | 'running' | 'stopped' | 'failed'

export interface LocalLogLine {
  /** RFC 3339 with milliseconds. */
  time: string
  level: 'debug' | 'info' | 'warn' | 'error'
  message: string
}

/** `GET /api/local`. */
export interface LocalStatus {
  state: LocalState
  store: 'sqlite' | 'etcd'
  /** `https://127.0.0.1:PORT`; empty while nothing listens. */
  url: string
  /** The file that kubectl reaches it with. */
  kubeconfig: string
  /** Milliseconds since the epoch of the last time it became ready; 0 if it never was. */
  startedAt: number
  /** Starts that followed a failure. */
  restarts: number
  /** Why it is not running. */
  message?: string
  /** The last lines of its log, oldest first. */
  log: LocalLogLine[]
}

/** How requests reach the local API server: inside the process, or over TLS with a client certificate. */
export type LocalReach = { transport: Transport } | { url: string; tls: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> }

/** Start, stop and state of the local control plane. The methods settle when the new state is reached; they reject with a sentence. */
export interface LocalControl {
  status(): LocalStatus
  start(): Promise<void>
  stop(): Promise<void>
  restart(): Promise<void>
  /** Undefined while it is not running. */
  reach(): LocalReach | undefined
  /** Resolves when a start that is under way is over, however it ended; at once when none is. */
  settled(): Promise<void>
}

/** A request on its way to an API server. Header names are lower case. */
export interface UpstreamRequest {
  method: string
  /** Begins with `/`, percent-encoded, with the query; relative to the cluster's server address. */
  path: string
  headers: Record<string, string | string[]>
  body?: Readable
  signal: AbortSignal
  /** Milliseconds for the headers of the answer, from when credentials were there; nothing: by the kind of request. */
  limitMs?: number
}

export interface UpstreamResponse {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Not decompressed. Destroying it ends the request. */
  body: Readable
}

/** What one watch tells of itself. */
export interface WatchSigns {
  opened(): void
  heard(): void
  ended(): void
}

/** Where it is told that a cluster has been heard of. */
export interface SignsOfLife {
  readonly state: ConnectionState
  heard(): void
  /** A watch begins. */
  watch(): WatchSigns
}

/** One cluster as one user. `send` rejects with a GatewayError when no answer came; an HTTP error is an answer. */
export interface Upstream {
  /** The cluster's address, for recognising its own redirects; undefined in process. */
  readonly server: URL | undefined
  /** Where signs of life are told; undefined in process, where there is no line that could be cut. */
  readonly connection: SignsOfLife | undefined
  send(req: UpstreamRequest): Promise<UpstreamResponse>
  /** Ends idle connections; running requests finish. */
  close(): Promise<void>
}

export interface GatewayOptions {
  /** 0 or nothing takes a free port. */
  port?: number
  local: LocalControl
  /** The folder of the built renderer. */
  staticDir: string
  /** Kubeconfig files in order of precedence; default $KUBECONFIG, else ~/.kube/config. */
  kubeconfigFiles?: readonly string[]
  /** What the session's secrets are made of, when they must outlive this process (Electron); default fresh. At least 32 characters. */
  secret?: string
  /** Whoever sends it to LAUNCH_PATH gets another one-time address: a second start on the same data folder. Default: nobody. */
  launchToken?: string
  clock: Clock
  log: GatewayLog
  /** Default as in `connection-times.ts`. */
  times?: ConnectionTimes
}

export interface GatewayLog {
  info(message: string): void
  warn(message: string): void
}

export interface Gateway {
  /** `http://127.0.0.1:PORT` without a slash. */
  readonly url: string
  readonly port: number
  /** Opens the window once, within five minutes: sets the cookie, gives the page its key and leads to `/`. */
  readonly sessionUrl: string
  /** Another one-time address. */
  newSessionUrl(): string
  /** Adds a kubeconfig for this run, after the others in precedence. */
  addKubeconfig(file: string): void
  close(): Promise<void>
}
