/**
 * All control loops of kube-controller-manager 1.37 by kube-controller-manager's names (kubernetes/kubernetes cmd/kube-controller-manager/names),
 * each with the older name that is still taken; '' where it never had another.
 */
export const controllerNames: Readonly<Record<string, string>> = {
  'namespace-controller': 'namespace',
  'serviceaccount-controller': 'serviceaccount',
  'clusterrole-aggregation-controller': 'clusterrole-aggregation',
  'root-ca-certificate-publisher-controller': 'root-ca-cert-publisher',
  'endpoints-controller': 'endpoint',
  'endpointslice-controller': 'endpointslice',
  'endpointslice-mirroring-controller': 'endpointslicemirroring',
  'replicationcontroller-controller': 'replicationcontroller',
  'replicaset-controller': 'replicaset',
  'deployment-controller': 'deployment',
  'daemonset-controller': 'daemonset',
  'statefulset-controller': 'statefulset',
  'job-controller': 'job',
  'cronjob-controller': 'cronjob',
  'ttl-after-finished-controller': 'ttl-after-finished',
  'node-lifecycle-controller': 'nodelifecycle',
  'taint-eviction-controller': '',
  'pod-garbage-collector-controller': 'podgc',
  'disruption-controller': 'disruption',
  'resourcequota-controller': 'resourcequota',
  'horizontal-pod-autoscaler-controller': 'horizontalpodautoscaling',
  'persistentvolume-binder-controller': 'persistentvolume-binder',
  'persistentvolumeclaim-protection-controller': 'pvc-protection',
  'persistentvolume-protection-controller': 'pv-protection',
  'ephemeral-volume-controller': 'ephemeral-volume',
  'device-taint-eviction-controller': '',
  'kube-apiserver-serving-clustertrustbundle-publisher-controller': '',
  'legacy-serviceaccount-token-cleaner-controller': 'legacy-service-account-token-cleaner',
  'node-ipam-controller': 'nodeipam',
  'persistentvolume-expander-controller': 'persistentvolume-expander',
  'resourceclaim-controller': 'resource-claim-controller',
  'serviceaccount-token-controller': 'serviceaccount-token',
  'ttl-controller': 'ttl',
  'certificatesigningrequest-approving-controller': 'csrapproving',
  'certificatesigningrequest-cleaner-controller': 'csrcleaner',
  'certificatesigningrequest-signing-controller': 'csrsigning',
  'podcertificaterequest-cleaner-controller': '',
  'volumeattributesclass-protection-controller': '',
  'service-cidr-controller': '',
  'bootstrap-signer-controller': 'bootstrapsigner',
  'token-cleaner-controller': 'tokencleaner',
  'garbage-collector-controller': 'garbagecollector',
  'persistentvolume-attach-detach-controller': 'attachdetach',
  'podgroup-protection-controller': '',
  'resourcepoolstatusrequest-controller': '',
  'selinux-warning-controller': '',
  'storage-version-migrator-controller': 'svm',
  'storageversion-garbage-collector-controller': 'storage-version-gc',
  'validatingadmissionpolicy-status-controller': '',
}

/** Those that `--controllers` takes and that do not run here, with the reason. */
export const absentControllers: Readonly<Record<string, string>> = {
  'podgroup-protection-controller': 'the feature gate GenericWorkload is off, as it is by default in Kubernetes 1.37',
  'resourcepoolstatusrequest-controller': 'the feature gate DRAResourcePoolStatus is off, as it is by default in Kubernetes 1.37',
  'storageversion-garbage-collector-controller': 'the feature gate StorageVersionAPI is off, as it is by default in Kubernetes 1.37',
  'selinux-warning-controller': 'this server has no such loop, which is off by default in Kubernetes 1.37',
}

const byAlias: ReadonlyMap<string, string> = new Map(
  Object.entries(controllerNames).flatMap(([name, alias]) => (alias === '' ? [] : [[alias, name]])),
)

/** The name of today for one of `--controllers`, which may be an older one; '' is nobody's. */
export const controllerNamed = (name: string): string => byAlias.get(name) ?? name
