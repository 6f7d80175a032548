import type { FlagType } from './flag.ts'

const names = (text: string): readonly string[] => text.trim().split(/\s+/)

/**
 * Flags of kube-apiserver 1.37 that this server takes because scripts pass them, and that have no effect on it, by the type of their
 * values; those of maps, ranges and quantities count as text. Each that is given is said in the log at the start.
 */
const byType: readonly (readonly [FlagType, readonly string[]])[] = [
  [
    'bool',
    names(`
    aggregator-reject-forwarding-redirect allow-privileged audit-log-batch-throttle-enable audit-log-compress
    audit-log-truncate-enabled audit-webhook-batch-throttle-enable audit-webhook-truncate-enabled contention-profiling
    emulation-forward-compatible enable-aggregator-routing enable-garbage-collector
    enable-logs-handler encryption-provider-config-automatic-reload log-json-split-stream
    log-text-split-stream permit-address-sharing runtime-config-emulation-forward-compatible
    service-account-lookup shutdown-send-retry-after watch-cache
    `),
  ],
  [
    'int',
    names(`
    audit-log-batch-buffer-size audit-log-batch-max-size audit-log-batch-throttle-burst audit-log-maxage audit-log-maxbackup
    audit-log-maxsize audit-log-truncate-max-batch-size audit-log-truncate-max-event-size audit-webhook-batch-buffer-size
    audit-webhook-batch-max-size audit-webhook-batch-throttle-burst audit-webhook-truncate-max-batch-size
    audit-webhook-truncate-max-event-size
    default-watch-cache-size delete-collection-workers kubelet-port kubelet-read-only-port kubernetes-service-node-port lease-reuse-duration-seconds max-connection-bytes-per-sec
    `),
  ],
  [
    'duration',
    names(`
    audit-log-batch-max-wait audit-webhook-batch-max-wait audit-webhook-initial-backoff coordinated-leadership-lease-duration
    audit-webhook-batch-initial-backoff coordinated-leadership-renew-deadline coordinated-leadership-retry-period etcd-count-metric-poll-period
    etcd-db-metric-poll-interval etcd-healthcheck-timeout etcd-readycheck-timeout kubelet-timeout livez-grace-period
    log-flush-frequency shutdown-watch-termination-grace-period
    storage-initialization-timeout
    `),
  ],
  [
    'float',
    names(`
    audit-log-batch-throttle-qps audit-webhook-batch-throttle-qps
    `),
  ],
  [
    'string',
    names(`
    admission-control allow-metric-labels allow-metric-labels-manifest audit-log-format audit-log-mode
    audit-log-path audit-log-version audit-policy-file audit-webhook-config-file audit-webhook-mode audit-webhook-version
    debug-socket-path disabled-metrics egress-selector-config-file emulated-version encryption-provider-config
    etcd-servers-overrides external-hostname log-json-info-buffer-size log-text-info-buffer-size
    logging-format min-compatibility-version oidc-ca-file oidc-client-id oidc-groups-claim
    oidc-groups-prefix oidc-issuer-url oidc-required-claim oidc-signing-algs oidc-username-claim oidc-username-prefix
    peer-advertise-ip peer-advertise-port peer-ca-file service-account-signing-endpoint
    show-hidden-metrics-for-version storage-backend storage-media-type tracing-config-file vmodule watch-cache-sizes
    `),
  ],
]

/** Why, where it is not just that the thing is missing. */
const reasons: Readonly<Record<string, string>> = {
  'admission-control': 'use --enable-admission-plugins and --disable-admission-plugins',
  'allow-privileged': 'privileged containers are always allowed',
  'enable-aggregator-routing': 'servers behind services are always reached by their endpoints',
  'kubelet-timeout': 'connections to kubelets end with their requests, as with kube-apiserver 1.37',
  'permit-address-sharing': 'the address is always shared (SO_REUSEADDR)',
  'etcd-servers-overrides': 'all resources are in one store',
  'watch-cache': 'the watch cache is always on',
  'watch-cache-sizes': 'the watch cache is bounded in bytes',
}

export interface FlagWithoutEffect {
  readonly type: FlagType
  readonly why: string
}

export const withoutEffect: ReadonlyMap<string, FlagWithoutEffect> = new Map(
  byType.flatMap(([type, list]) => list.map((name) => [name, { type, why: reasons[name] ?? 'this server does not have it' }])),
)
