/**
 * What the window calls the columns of the API server's own Tables (kubernetes/kubernetes pkg/printers/internalversion), so that kinds that
 * nobody declared have the same words as the others, in every language: keys of `columns` in the catalogues. Names that are API words
 * stay as they are, and so do the columns of custom resources, which are their authors'.
 */
const words: Readonly<Record<string, string>> = {
  'Access Modes': 'accessModes',
  AddressType: 'addressType',
  Attached: 'attached',
  Attacher: 'attacher',
  Capacity: 'capacity',
  Claim: 'claim',
  Containers: 'containers',
  Controller: 'controller',
  Data: 'data',
  Drivers: 'drivers',
  Endpoints: 'endpoints',
  Handler: 'handler',
  Images: 'images',
  Node: 'node',
  Parameters: 'params',
  'Pod Labels': 'podLabels',
  'Pod-Selector': 'selector',
  Ports: 'ports',
  Reason: 'reason',
  'Reclaim Policy': 'reclaimPolicy',
  Revision: 'revision',
  Selector: 'selector',
  Status: 'status',
  StorageClass: 'storageClass',
  Type: 'type',
  Version: 'version',
  Volume: 'volume',
  VolumeMode: 'volumeMode',
}

export const tableWordKeys: readonly string[] = [...new Set(Object.values(words))]

/** Groups of Kubernetes itself have no dot in their names, or end so. */
const isBuiltIn = (group: string): boolean => !group.includes('.') || group.endsWith('.k8s.io')

export const tableWords = (group: string): Readonly<Record<string, string>> => (isBuiltIn(group) ? words : {})
