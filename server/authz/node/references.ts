import { visitConfiguration } from '../../apis/core/v1/pod-references.ts'
import { listAt, objectAt, textAt } from '../../machinery/json-walk.ts'
import type { KubeObject } from '../../machinery/types.ts'

/** What a pod's node needs of the pod's namespace, each as `KIND/NAME`. A mirror pod, which a node makes itself, gives it nothing. */
export function referencesOf(pod: KubeObject): ReadonlySet<string> {
  const found = new Set<string>()
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return found
  const add = (kind: string, name: string): void => void (name !== '' && found.add(`${kind}/${name}`))
  add('serviceaccount', textAt(pod, 'spec.serviceAccountName'))
  visitConfiguration(pod, add)
  for (const volume of listAt(pod, 'spec.volumes')) {
    add('persistentvolumeclaim', textAt(volume, 'persistentVolumeClaim.claimName'))
    if (objectAt(volume, 'ephemeral') !== undefined) add('persistentvolumeclaim', `${pod.metadata.name}-${textAt(volume, 'name')}`)
  }
  for (const claim of listAt(pod, 'spec.resourceClaims')) add('resourceclaim', textAt(claim, 'resourceClaimName'))
  for (const claim of listAt(pod, 'status.resourceClaimStatuses')) add('resourceclaim', textAt(claim, 'resourceClaimName'))
  add('resourceclaim', textAt(pod, 'status.extendedResourceClaimStatus.resourceClaimName'))
  return found
}

/** Secrets that a node needs for a volume (api/v1/persistentvolume, VisitPVSecretNames), with where they are when it does not say. */
const SECRETS_OF_VOLUME: readonly (readonly [path: string, claimsNamespace: boolean])[] = [
  ['cephfs.secretRef', true],
  ['cinder.secretRef', false],
  ['flexVolume.secretRef', true],
  ['rbd.secretRef', true],
  ['scaleIO.secretRef', true],
  ['iscsi.secretRef', true],
  ['storageos.secretRef', false],
  ['csi.nodePublishSecretRef', false],
  ['csi.nodeStageSecretRef', false],
  ['csi.nodeExpandSecretRef', false],
]

/** What a PersistentVolume leads to, in `NAMESPACE/NAME`; undefined while it is nobody's. */
export function volumeReferences(volume: KubeObject): { claim: string; secrets: readonly string[] } | undefined {
  const claim = objectAt(volume, 'spec.claimRef')
  if (claim === undefined) return undefined
  const own = textAt(claim, 'namespace')
  const secrets = SECRETS_OF_VOLUME.flatMap(([path, claims]) => {
    const ref = objectAt(volume, `spec.${path}`)
    return ref === undefined ? [] : [`${textAt(ref, 'namespace') || (claims ? own : '')}/${textAt(ref, 'name')}`]
  })
  const azure = textAt(volume, 'spec.azureFile.secretName')
  if (azure !== '') secrets.push(`${textAt(volume, 'spec.azureFile.secretNamespace') || own}/${azure}`)
  return { claim: `${own}/${textAt(claim, 'name')}`, secrets }
}
