import type { Edit } from './edit.ts'

/**
 * Which of our loops stands in for which controller of Kubernetes (outside.go): the beginning of its `Run` is replaced. Where it begins and ends is the
 * test's doing, and what it is told of periods and limits is told to ours. Left out are those of which a test gives what only its process has: the generator
 * of service accounts' tokens, a clock of its own.
 */
interface StandIn {
  /** Names of our loops, in Go, where `$` is the controller. */
  loops: string
  /** Its clientset, in Go; without one the newest server is meant. */
  client?: string
  /** ControllerOptions in Go (integration/loops.ts). */
  options?: string
  /** A condition in Go under which there is a loop for it. */
  when?: string
  /** Where in `Run` its own work begins, when it is not at once. */
  at?: string
  /** What else is changed in its file. */
  also?: readonly Edit[]
}

const named = (name: string, client?: string, options?: string): StandIn => ({
  loops: `"${name}"`,
  ...(client === undefined ? {} : { client: `$.${client}` }),
  ...(options === undefined ? {} : { options }),
})

const ms = (go: string): string => `(${go}).Milliseconds()`

const STAND_INS: Readonly<Record<string, StandIn>> = {
  'bootstrap/bootstrapsigner.go': named('bootstrap-signer-controller', 'client'),
  'bootstrap/tokencleaner.go': named('token-cleaner-controller', 'client'),
  'certificates/certificate_controller.go': {
    ...named('certificatesigningrequest-approving-controller', 'kubeClient'),
    when: '$.name == "csrapproving"',
  },
  'certificates/cleaner/cleaner.go': named('certificatesigningrequest-cleaner-controller'),
  'certificates/rootcacertpublisher/publisher.go': named(
    'root-ca-certificate-publisher-controller',
    'client',
    'map[string]any{"rootCA": string($.rootCA)}',
  ),
  'clusterroleaggregation/clusterroleaggregation_controller.go': named('clusterrole-aggregation-controller'),
  'cronjob/cronjob_controllerv2.go': named('cronjob-controller', 'kubeClient'),
  'daemon/daemon_controller.go': named('daemonset-controller', 'kubeClient'),
  'deployment/deployment_controller.go': named('deployment-controller', 'client'),
  'disruption/disruption.go': named(
    'disruption-controller',
    'kubeClient',
    `map[string]any{"stalePodDisruptionTimeoutMs": ${ms('$.stalePodDisruptionTimeout')}}`,
  ),
  'endpoint/endpoints_controller.go': named('endpoints-controller', 'client'),
  'endpointslice/endpointslice_controller.go': named('endpointslice-controller', 'client'),
  'endpointslicemirroring/endpointslicemirroring_controller.go': named('endpointslice-mirroring-controller', 'client'),
  // The graph goes on being made: tests wait for what it has.
  'garbagecollector/garbagecollector.go': {
    ...named(
      'garbage-collector-controller',
      'kubeClient',
      'map[string]any{"speed": float64(30*time.Second) / float64(initialSyncTimeout)}',
    ),
    at: '\t// gc workers\n',
  },
  'job/job_controller.go': named(
    'job-controller',
    'kubeClient',
    `map[string]any{"job": map[string]any{
		"firstBackoffMs": ${ms('DefaultJobPodFailureBackOff')}, "longestBackoffMs": ${ms('MaxJobPodFailureBackOff')},
		"maxUncountedPods": MaxUncountedPods, "maxPodsPerRound": MaxPodCreateDeletePerSync}}`,
  ),
  'namespace/namespace_controller.go': named('namespace-controller'),
  // It runs the eviction of its own where the gate of the separate controller is off.
  'nodelifecycle/node_lifecycle_controller.go': {
    loops:
      '[]string{"node-lifecycle-controller", map[bool]string{true: "taint-eviction-controller", false: "-taint-eviction-controller"}[$.taintManager != nil]}...',
    client: '$.kubeClient',
    options: `map[string]any{"nodeLifecycle": map[string]any{
		"nodeMonitorPeriodMs": ${ms('$.nodeMonitorPeriod')}, "nodeMonitorGracePeriodMs": ${ms('$.nodeMonitorGracePeriod')},
		"nodeStartupGracePeriodMs": ${ms('$.nodeStartupGracePeriod')}, "nodeEvictionRate": $.evictionLimiterQPS,
		"secondaryNodeEvictionRate": $.secondaryEvictionLimiterQPS, "largeClusterSizeThreshold": $.largeClusterThreshold,
		"unhealthyZoneThreshold": $.unhealthyZoneThreshold}}`,
  },
  // Its metrics from outside come from a client in memory.
  'podautoscaler/horizontal.go': {
    ...named('horizontal-pod-autoscaler-controller'),
    options: `map[string]any{"externalMetrics": outside.ServeMetrics(ctx, $.replicaCalc.metricsClient.GetExternalMetric),
		"horizontalPodAutoscaler": map[string]any{"syncPeriodMs": ${ms('$.resyncPeriod')}, "tolerance": $.tolerance,
		"downscaleStabilizationMs": ${ms('$.downscaleStabilisationWindow')},
		"cpuInitializationPeriodMs": ${ms('$.replicaCalc.cpuInitializationPeriod')},
		"initialReadinessDelayMs": ${ms('$.replicaCalc.delayOfInitialReadinessStatus')}}}`,
    also: [
      ['type HorizontalController struct {\n', undefined, 'type HorizontalController struct {\n\tresyncPeriod time.Duration\n'],
      ['&HorizontalController{\n', undefined, '&HorizontalController{\n\t\tresyncPeriod: resyncPeriod,\n'],
    ],
  },
  'podgc/gc_controller.go': named(
    'pod-garbage-collector-controller',
    'kubeClient',
    `map[string]any{"terminatedPodGCThreshold": $.terminatedPodThreshold, "speed": float64(gcCheckPeriod) / float64($.gcCheckPeriod)}`,
  ),
  // Of replication controllers too.
  'replicaset/replica_set.go': { loops: 'strings.ToLower($.Kind)', client: '$.kubeClient' },
  'resourceclaim/controller.go': named('resourceclaim-controller', 'kubeClient'),
  'resourcequota/resource_quota_controller.go': named('resourcequota-controller'),
  'serviceaccount/serviceaccounts_controller.go': named('serviceaccount-controller', 'client'),
  'servicecidrs/servicecidrs_controller.go': named('service-cidr-controller', 'client'),
  'statefulset/stateful_set.go': named('statefulset-controller', 'kubeClient'),
  'storageversionmigrator/migrationrunner.go': { loops: '[]string{}...' },
  'storageversionmigrator/resourceversion.go': { loops: '[]string{}...' },
  'storageversionmigrator/storageversionmigrator.go': named('storage-version-migrator-controller', 'kubeClient'),
  'tainteviction/taint_eviction.go': named('taint-eviction-controller', 'client'),
  'ttl/ttl_controller.go': named('ttl-controller', 'kubeClient'),
  'ttlafterfinished/ttlafterfinished_controller.go': named('ttl-after-finished-controller', 'client'),
  'validatingadmissionpolicystatus/controller.go': named('validatingadmissionpolicy-status-controller'),
  'volume/attachdetach/attach_detach_controller.go': named('persistentvolume-attach-detach-controller', 'kubeClient'),
  'volume/ephemeral/controller.go': named('ephemeral-volume-controller', 'kubeClient'),
  'volume/persistentvolume/pv_controller_base.go': named('persistentvolume-binder-controller', 'kubeClient'),
  'volume/pvcprotection/pvc_protection_controller.go': named('persistentvolumeclaim-protection-controller', 'client'),
  'volume/pvprotection/pv_protection_controller.go': named('persistentvolume-protection-controller', 'client'),
  'volume/vacprotection/vac_protection_controller.go': named('volumeattributesclass-protection-controller', 'client'),
}

const IMPORT: Edit = ['import (\n', undefined, 'import (\n\t"k8s.io/kubernetes/pkg/controller/outside"\n']
/** The head of a `Run`, with the name of the controller in it. */
const RUN = '^func \\((\\w+) \\*\\w+\\) Run\\(ctx context\\.Context[^{\\n]*\\{\\n'

function standIn({ loops, client = 'nil', options = 'nil', when, at = '', also = [] }: StandIn): readonly Edit[] {
  const called = (own: string): string => {
    const condition = `${when === undefined ? '' : `${when} && `}outside.Runs(ctx, ${client}, ${options}, ${loops})`
    return `\tif ${condition} {\n\t\treturn\n\t}\n`.replaceAll('$', () => own)
  }
  return [IMPORT, ...also, [new RegExp(`${RUN}[^]*?${at}`, 'm'), undefined, (head, own) => head + called(own)]]
}

/** Counters are those of the process that counts, so that ours cannot be in the test's: they are taken for right. */
const noCounters = (test: string, ...heads: string[]): [string, readonly Edit[]] => [
  test,
  [IMPORT, ...heads.map((head): Edit => [head, undefined, `${head}\tif outside.On() {\n\t\treturn\n\t}\n`])],
]

export const loopEdits: Readonly<Record<string, readonly Edit[]>> = {
  ...Object.fromEntries(Object.entries(STAND_INS).map(([file, one]) => [`pkg/controller/${file}`, standIn(one)])),
  ...Object.fromEntries([
    // The program's loops hold goroutines of the test's process until it ends.
    [
      'test/integration/framework/goleak.go',
      [IMPORT, ['\tstart := time.Now()\n', undefined, '\tstart := time.Now()\n\tif outside.On() {\n\t\ttimeout = 0\n\t}\n']],
    ],
    noCounters(
      'test/integration/job/job_test.go',
      'func validateCounterMetric(ctx context.Context, t *testing.T, counterVec *basemetrics.CounterVec, wantMetric metricLabelsWithValue) {\n',
      'func validateTerminatedPodsTrackingFinalizerMetric(ctx context.Context, t *testing.T, want int) {\n',
    ),
  ]),
}
