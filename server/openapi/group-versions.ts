/**
 * Group-versions that are registered in kube-apiserver 1.37, served or not: DeleteOptions and WatchEvent are kinds of each,
 * and the v2 document lists them all.
 */
const registered: readonly (readonly [group: string, versions: string])[] = [
  ['', 'v1'],
  ['admission.k8s.io', 'v1 v1beta1'],
  ['admissionregistration.k8s.io', 'v1 v1alpha1 v1beta1'],
  ['apiextensions.k8s.io', 'v1 v1beta1'],
  ['apiregistration.k8s.io', 'v1 v1beta1'],
  ['apps', 'v1 v1beta1 v1beta2'],
  ['authentication.k8s.io', 'v1 v1alpha1 v1beta1'],
  ['authorization.k8s.io', 'v1 v1beta1'],
  ['autoscaling', 'v1 v2'],
  ['batch', 'v1 v1beta1'],
  ['certificates.k8s.io', 'v1 v1alpha1 v1beta1'],
  ['coordination.k8s.io', 'v1 v1alpha2 v1beta1'],
  ['discovery.k8s.io', 'v1 v1beta1'],
  ['events.k8s.io', 'v1 v1beta1'],
  ['extensions', 'v1beta1'],
  ['flowcontrol.apiserver.k8s.io', 'v1 v1beta1 v1beta2 v1beta3'],
  ['imagepolicy.k8s.io', 'v1alpha1'],
  ['internal.apiserver.k8s.io', 'v1alpha1'],
  ['lifecycle.k8s.io', 'v1alpha1'],
  ['networking.k8s.io', 'v1 v1beta1'],
  ['node.k8s.io', 'v1 v1alpha1 v1beta1'],
  ['policy', 'v1 v1beta1'],
  ['rbac.authorization.k8s.io', 'v1 v1alpha1 v1beta1'],
  ['resource.k8s.io', 'v1 v1alpha3 v1beta1 v1beta2'],
  ['scheduling.k8s.io', 'v1 v1alpha3 v1beta1'],
  ['storage.k8s.io', 'v1 v1alpha1 v1beta1'],
  ['storagemigration.k8s.io', 'v1 v1beta1'],
]

/** Documents of custom resources name those that client-go knows. */
const NOT_OF_CLIENTS = ['admission.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io', 'imagepolicy.k8s.io']

export const everyGroupVersion = (of?: 'custom'): { group: string; version: string }[] =>
  registered
    .filter(([group]) => of === undefined || !NOT_OF_CLIENTS.includes(group))
    .flatMap(([group, versions]) => versions.split(' ').map((version) => ({ group, version })))
