import * as ids from '../../../server/client/resource.ts'
import type { ResourceId } from '../../../server/client/resource.ts'

/** The kinds that cases are about; what loops do not write is not looked at. */
export const resources: Readonly<Record<string, ResourceId & { kind: string; given?: true }>> = {
  pods: { ...ids.PODS, kind: 'Pod' },
  nodes: { ...ids.NODES, kind: 'Node' },
  services: { ...ids.SERVICES, kind: 'Service', given: true },
  endpoints: { ...ids.ENDPOINTS, kind: 'Endpoints' },
  endpointslices: { ...ids.ENDPOINT_SLICES, kind: 'EndpointSlice' },
  replicationcontrollers: { ...ids.REPLICATION_CONTROLLERS, kind: 'ReplicationController' },
  replicasets: { ...ids.REPLICA_SETS, kind: 'ReplicaSet' },
  deployments: { ...ids.DEPLOYMENTS, kind: 'Deployment' },
  daemonsets: { ...ids.DAEMON_SETS, kind: 'DaemonSet' },
  statefulsets: { ...ids.STATEFUL_SETS, kind: 'StatefulSet' },
  controllerrevisions: { ...ids.CONTROLLER_REVISIONS, kind: 'ControllerRevision' },
  persistentvolumeclaims: { ...ids.PERSISTENT_VOLUME_CLAIMS, kind: 'PersistentVolumeClaim' },
  persistentvolumes: { ...ids.PERSISTENT_VOLUMES, kind: 'PersistentVolume' },
  storageclasses: { ...ids.STORAGE_CLASSES, kind: 'StorageClass' },
  resourcequotas: { ...ids.RESOURCE_QUOTAS, kind: 'ResourceQuota' },
  jobs: { ...ids.JOBS, kind: 'Job' },
  cronjobs: { ...ids.CRON_JOBS, kind: 'CronJob' },
  poddisruptionbudgets: { ...ids.POD_DISRUPTION_BUDGETS, kind: 'PodDisruptionBudget' },
  horizontalpodautoscalers: { ...ids.HORIZONTAL_POD_AUTOSCALERS, kind: 'HorizontalPodAutoscaler' },
  resourceclaims: { ...ids.RESOURCE_CLAIMS, kind: 'ResourceClaim' },
  resourceclaimtemplates: { ...ids.RESOURCE_CLAIM_TEMPLATES, kind: 'ResourceClaimTemplate', given: true },
}

/** The controllers whose work it is; the others would only add to what is seen. */
export const loops = [
  ...['endpoints', 'endpointslice', 'endpointslice-mirroring', 'replicationcontroller', 'replicaset', 'deployment', 'daemonset'],
  ...['statefulset', 'job', 'cronjob', 'disruption', 'horizontal-pod-autoscaler', 'ephemeral-volume', 'resourceclaim', 'garbage-collector'],
  ...['ttl-after-finished', 'persistentvolumeclaim-protection'],
].map((name) => `${name}-controller`)

/** Of the server on which cases are played: services may have addresses of both families. */
export const serviceRanges = ['10.0.0.0/24', 'fd00:10::/112']
