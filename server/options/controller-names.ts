/**
 * The control loops in server/controllers by kube-controller-manager's names (kubernetes/kubernetes cmd/kube-controller-manager/names),
 * each with the older name that is still taken; '' where it never had another.
 */
export const controllerNames: Readonly<Record<string, string>> = {
  'namespace-controller': 'namespace',
  'serviceaccount-controller': 'serviceaccount',
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
  'persistentvolume-binder-controller': 'persistentvolume-binder',
  'persistentvolumeclaim-protection-controller': 'pvc-protection',
  'persistentvolume-protection-controller': 'pv-protection',
  'ephemeral-volume-controller': 'ephemeral-volume',
  'garbage-collector-controller': 'garbagecollector',
}
