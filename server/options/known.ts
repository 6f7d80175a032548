/** Flags of kube-apiserver 1.37 that this server knows by name only. */

/** Accepted, because scripts pass them, and without effect: why. Each is said in the log at the start. */
export const withoutEffect: Readonly<Record<string, string>> = {
  'allow-privileged': 'privileged containers are always allowed',
  'enable-aggregator-routing': 'there are no aggregated API servers',
  'endpoint-reconciler-type': 'this server is the only one, and keeps the endpoints of default/kubernetes itself',
  'kubelet-preferred-address-types': 'kubelets are reached by their InternalIP',
  'requestheader-allowed-names': 'there are no front proxies',
  'requestheader-client-ca-file': 'there are no front proxies',
  'requestheader-extra-headers-prefix': 'there are no front proxies',
  'requestheader-group-headers': 'there are no front proxies',
  'requestheader-uid-headers': 'there are no front proxies',
  'requestheader-username-headers': 'there are no front proxies',
}

/** Refused: to ignore them would be to promise what is not done. */
export const unsupported: ReadonlySet<string> = new Set(
  `
  admission-control admission-control-config-file aggregator-reject-forwarding-redirect allow-metric-labels
  allow-metric-labels-manifest api-audiences audit-log-batch-buffer-size audit-log-batch-max-size audit-log-batch-max-wait
  audit-log-batch-throttle-burst audit-log-batch-throttle-enable audit-log-batch-throttle-qps audit-log-compress
  audit-log-format audit-log-maxage audit-log-maxbackup audit-log-maxsize audit-log-mode audit-log-path
  audit-log-truncate-enabled audit-log-truncate-max-batch-size audit-log-truncate-max-event-size audit-log-version
  audit-policy-file audit-webhook-batch-buffer-size audit-webhook-batch-max-size audit-webhook-batch-max-wait
  audit-webhook-batch-throttle-burst audit-webhook-batch-throttle-enable audit-webhook-batch-throttle-qps
  audit-webhook-config-file audit-webhook-initial-backoff audit-webhook-mode audit-webhook-truncate-enabled
  audit-webhook-truncate-max-batch-size audit-webhook-truncate-max-event-size audit-webhook-version authentication-config
  authentication-token-webhook-cache-ttl authentication-token-webhook-config-file authentication-token-webhook-version
  authorization-config authorization-policy-file authorization-webhook-cache-authorized-ttl
  authorization-webhook-cache-unauthorized-ttl authorization-webhook-config-file authorization-webhook-version
  contention-profiling coordinated-leadership-lease-duration coordinated-leadership-renew-deadline
  coordinated-leadership-retry-period debug-socket-path default-not-ready-toleration-seconds
  default-unreachable-toleration-seconds delete-collection-workers disable-admission-plugins disable-http2-serving
  disabled-metrics egress-selector-config-file emulated-version emulation-forward-compatible enable-admission-plugins
  enable-bootstrap-token-auth enable-garbage-collector enable-logs-handler enable-priority-and-fairness
  encryption-provider-config encryption-provider-config-automatic-reload etcd-count-metric-poll-period
  etcd-db-metric-poll-interval etcd-healthcheck-timeout etcd-readycheck-timeout
  etcd-servers-overrides external-hostname feature-gates goaway-chance kubelet-certificate-authority
  kubelet-timeout kubernetes-service-node-port lease-reuse-duration-seconds livez-grace-period log-flush-frequency
  log-json-info-buffer-size log-json-split-stream log-text-info-buffer-size log-text-split-stream logging-format
  max-connection-bytes-per-sec min-compatibility-version oidc-ca-file oidc-client-id oidc-groups-claim oidc-groups-prefix
  oidc-issuer-url oidc-required-claim oidc-signing-algs oidc-username-claim oidc-username-prefix peer-advertise-ip
  peer-advertise-port peer-ca-file permit-address-sharing permit-port-sharing profiling proxy-client-cert-file
  proxy-client-key-file runtime-config runtime-config-emulation-forward-compatible service-account-extend-token-expiration
  service-account-jwks-uri service-account-lookup service-account-max-token-expiration service-account-signing-endpoint
  service-node-port-range show-hidden-metrics-for-version shutdown-delay-duration shutdown-send-retry-after
  shutdown-watch-termination-grace-period storage-backend storage-initialization-timeout storage-media-type
  strict-transport-security-directives tls-cipher-suites tls-curve-preferences tls-min-version tls-sni-cert-key
  tracing-config-file vmodule watch-cache watch-cache-sizes
`
    .trim()
    .split(/\s+/),
)
