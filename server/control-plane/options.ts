import type { IsIdentityHeader } from '../machinery/identity-headers.ts'
import type { AuthenticationTrust } from '../aggregator/authentication.ts'
import type { FrontProxy } from '../aggregator/upstream.ts'
import type { Authenticator } from '../authn/contract.ts'
import type { AuthenticationMetrics } from '../authn/metrics.ts'
import type { ServiceAccountTokens } from '../authn/service-account.ts'
import type { AuthenticationFile, AuthorizationFile } from './configuration-reload.ts'
import type { ConfiguredAuthorizer } from '../authz/modes.ts'
import type { Log } from '../machinery/log.ts'
import type { Clock } from '../machinery/clock.ts'
import type { AskedGate } from '../options/feature-gates.ts'
import type { KubeletAccess } from '../proxy/kubelet-agents.ts'
import type { KubeletAddressOptions } from '../proxy/target.ts'
import type { TlsFiles } from '../serving/tls.ts'
import type { Storage } from '../storage/contract.ts'
import type { TokenExpiration } from '../registry/core/serviceaccounts/token.ts'
import type { PluginConfigurations } from './admission.ts'
import type { EndpointReconciler } from './kubernetes-endpoints.ts'
import type { AuthenticationLookups } from './lookups.ts'
import type { Feature } from './metrics.ts'

/** How clients log in. */
export interface Authentication {
  readonly authenticator: Authenticator
  /** Signs the tokens of service accounts, which `authenticator` accepts too; without it there are none. */
  readonly serviceAccountTokens?: ServiceAccountTokens
  readonly metrics?: AuthenticationMetrics
}

export interface ApiServerOptions {
  storage: Storage
  clock: Clock
  log: Log
  /** Made once there is where to look things up. */
  authentication(lookups: AuthenticationLookups): Authentication
  /** Of service account tokens; default: as they are asked for. */
  tokenExpiration?: TokenExpiration
  /** In the order in which they are asked. */
  authorizers: readonly ConfiguredAuthorizer[]
  /** Where they stand in a file, which is read again when it changes. */
  authorizationFile?: AuthorizationFile
  /** What says who is let in without credentials; a change of it is looked at. */
  authenticationFile?: AuthenticationFile
  tls: TlsFiles
  bindAddress: string
  port: number
  advertiseAddress: string
  /** First address of the service range. */
  serviceAddress: string
  /** Where cluster IPs come from: a CIDR, or one of each family. Default: the /24 around `serviceAddress`. */
  serviceRanges?: readonly string[]
  nodePortRange?: { first: number; last: number }
  /** Who is behind `default/kubernetes`; default: this server alone. */
  endpointReconciler?: EndpointReconciler
  /** Prefix of all keys, without a slash at its end: `/registry`. */
  keyPrefix: string
  /** How long Events are kept after their last change; default an hour. */
  eventTtlSeconds?: number
  /** 0: history is never compacted. */
  compactionIntervalMs: number
  maxRequestsInFlight: number
  maxMutatingRequestsInFlight: number
  requestTimeoutMs: number
  kubelets: KubeletAccess & KubeletAddressOptions
  /** What is shown to extension API servers, and the CA that they know it by: none where it is that of `clients.proxies`. */
  frontProxy: FrontProxy & { readonly ca: string | undefined }
  /** The CAs of clients' certificates (PEM), and others that say in headers who asks; they may change. */
  clients: { readonly clientCa: string; readonly proxies: AuthenticationTrust['others'] }
  minRequestTimeoutSeconds: number
  maxStreamsPerConnection: number
  disableHttp2?: boolean
  permitPortSharing?: boolean
  /** In which headers front proxies speak, besides the usual ones; absent: only these. */
  isIdentityHeader?: IsIdentityHeader
  /** How likely a request over HTTP/2 ends its connection. */
  goawayChance?: number
  strictTransportSecurity?: readonly string[]
  /** How long requests are served after `close`, while /readyz already says no. */
  shutdownDelayMs?: number
  corsAllowedOrigins: readonly RegExp[]
  /** Where others find the keys of service account tokens, when that is not this server. */
  jwksUri?: string
  /** Every finished request goes to the log. */
  logRequests: boolean
  /** Whoever may read `/debug/pprof/` can take profiles of this process; true when left out. */
  profiling?: boolean
  /** Flags of the command line and their values, for whoever asks. */
  flags?: Readonly<Record<string, string>>
  /** Clients may speak CBOR, which is an alpha feature: the gate CBORServingAndStorage. */
  cbor?: boolean
  /** Whether a resource of the built-in API is served; all of them when left out. */
  isServed?: ((of: { group: string; version: string; resource: string }) => boolean) | undefined
  /** Feature gates, for whoever asks what is on. */
  features?: readonly Feature[]
  /** Features that are left out (options/features.ts says what of each). */
  closedGates?: ReadonlySet<AskedGate>
  /** Admission plugins that run though they are off by default, and that do not run, by name. */
  enabledPlugins?: readonly string[]
  disabledPlugins?: readonly string[]
  /** What plugins are told. */
  plugins?: PluginConfigurations
  /** False: the ServiceAccounts `default` are left to their controller. */
  defaultAccounts?: boolean
}
