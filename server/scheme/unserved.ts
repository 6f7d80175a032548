/**
 * Kinds of versions that are served no longer, or not yet, and are registered in kube-apiserver's scheme nevertheless: an object that says it
 * is of one is understood, and refused for its version. Of each there is a list besides (`k8s.io/api`, the groups' register.go).
 */
const UNSERVED: Readonly<Record<string, string>> = {
  'admissionregistration.k8s.io/v1alpha1':
    'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding MutatingAdmissionPolicy MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/v1beta1':
    'ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding MutatingAdmissionPolicy MutatingAdmissionPolicyBinding',
  'internal.apiserver.k8s.io/v1alpha1': 'StorageVersion',
  'apps/v1beta1': 'Deployment DeploymentRollback Scale StatefulSet ControllerRevision',
  'apps/v1beta2': 'Deployment Scale StatefulSet DaemonSet ReplicaSet ControllerRevision',
  'authentication.k8s.io/v1alpha1': 'SelfSubjectReview',
  'authentication.k8s.io/v1beta1': 'SelfSubjectReview TokenReview',
  'authorization.k8s.io/v1beta1': 'SelfSubjectRulesReview SelfSubjectAccessReview SubjectAccessReview LocalSubjectAccessReview',
  'batch/v1beta1': 'CronJob',
  'certificates.k8s.io/v1alpha1': 'ClusterTrustBundle',
  'coordination.k8s.io/v1alpha2': 'LeaseCandidate',
  'coordination.k8s.io/v1beta1': 'Lease LeaseCandidate',
  'discovery.k8s.io/v1beta1': 'EndpointSlice',
  'events.k8s.io/v1beta1': 'Event',
  'extensions/v1beta1': 'Deployment DeploymentRollback Scale DaemonSet Ingress ReplicaSet NetworkPolicy',
  'flowcontrol.apiserver.k8s.io/v1beta1': 'FlowSchema PriorityLevelConfiguration',
  'flowcontrol.apiserver.k8s.io/v1beta2': 'FlowSchema PriorityLevelConfiguration',
  'flowcontrol.apiserver.k8s.io/v1beta3': 'FlowSchema PriorityLevelConfiguration',
  'imagepolicy.k8s.io/v1alpha1': 'ImageReview',
  'networking.k8s.io/v1beta1': 'Ingress IngressClass IPAddress ServiceCIDR',
  'node.k8s.io/v1alpha1': 'RuntimeClass',
  'node.k8s.io/v1beta1': 'RuntimeClass',
  'policy/v1beta1': 'PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1alpha1': 'Role RoleBinding ClusterRole ClusterRoleBinding',
  'rbac.authorization.k8s.io/v1beta1': 'Role RoleBinding ClusterRole ClusterRoleBinding',
  'resource.k8s.io/v1alpha3': 'DeviceTaintRule ResourcePoolStatusRequest',
  'resource.k8s.io/v1beta1': 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice',
  'scheduling.k8s.io/v1beta1': 'PriorityClass Workload PodGroup',
  'storage.k8s.io/v1alpha1': 'VolumeAttachment CSIStorageCapacity VolumeAttributesClass',
  'storage.k8s.io/v1beta1': 'StorageClass VolumeAttachment CSIDriver CSINode CSIStorageCapacity VolumeAttributesClass',
}

/** The group into which kinds of `extensions` have gone. */
const MOVED: Readonly<Record<string, string>> = { Ingress: 'networking.k8s.io', NetworkPolicy: 'networking.k8s.io', Scale: 'autoscaling' }

const kinds = new Set(Object.entries(UNSERVED).flatMap(([gv, names]) => names.split(' ').map((kind) => `${gv}/${kind}`)))

/** The group whose kind this is an unserved version of; undefined when it is of none. */
export function groupOfUnserved(group: string, version: string, kind: string): string | undefined {
  const of = `${group}/${version}/`
  if (!kinds.has(of + kind) && !(kind.endsWith('List') && kinds.has(of + kind.slice(0, -4)))) return undefined
  return group === 'extensions' ? (MOVED[kind] ?? 'apps') : group
}

/** Kinds whose unserved version says the same as the one that is served, field by field, in JSON and in protobuf (`k8s.io/api`). */
const OF_SAME_SHAPE: Readonly<Record<string, string>> = {
  'apps/v1beta2': 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet',
  'batch/v1beta1': 'CronJob',
  'coordination.k8s.io/v1beta1': 'Lease',
  'flowcontrol.apiserver.k8s.io/v1beta3': 'FlowSchema PriorityLevelConfiguration',
  'networking.k8s.io/v1beta1': 'IngressClass IPAddress ServiceCIDR',
  'node.k8s.io/v1beta1': 'RuntimeClass',
  'policy/v1beta1': 'PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1beta1': 'Role RoleBinding ClusterRole ClusterRoleBinding',
  'scheduling.k8s.io/v1beta1': 'PriorityClass',
  'storage.k8s.io/v1alpha1': 'VolumeAttachment',
  'storage.k8s.io/v1beta1': 'StorageClass VolumeAttachment CSIDriver CSINode CSIStorageCapacity',
}

const sameShape = new Set(Object.entries(OF_SAME_SHAPE).flatMap(([gv, names]) => names.split(' ').map((kind) => `${gv}/${kind}`)))

/** The version whose shape is that of an unserved one: objects may still be stored in it. Undefined where none has it. */
export const shapeOfUnserved = (group: string, version: string, kind: string): string | undefined =>
  sameShape.has(`${group}/${version}/${kind}`) ? 'v1' : undefined
