import { goQuote } from '../../../machinery/go-quote.ts'
import { isSet, listAt, textAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Volume sources with a secret of the pod's namespace (api/v1/pod, VisitPodSecretNames). */
const SECRET_VOLUMES = [
  'azureFile.secretName',
  'cephfs.secretRef.name',
  'cinder.secretRef.name',
  'flexVolume.secretRef.name',
  'rbd.secretRef.name',
  'secret.secretName',
  'scaleIO.secretRef.name',
  'iscsi.secretRef.name',
  'storageos.secretRef.name',
  'csi.nodePublishSecretRef.name',
]
const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers']

/** Names of the secrets and config maps that a pod speaks of, anywhere; those that are empty are left out. */
export function visitConfiguration(pod: KubeObject, visit: (kind: 'secret' | 'configmap', name: string) => void): void {
  const add = (kind: 'secret' | 'configmap', name: string): void => (name === '' ? undefined : visit(kind, name))
  for (const ref of listAt(pod, 'spec.imagePullSecrets')) add('secret', textAt(ref, 'name'))
  for (const list of CONTAINERS)
    for (const container of listAt(pod, `spec.${list}`)) {
      for (const from of listAt(container, 'envFrom')) {
        add('secret', textAt(from, 'secretRef.name'))
        add('configmap', textAt(from, 'configMapRef.name'))
      }
      for (const env of listAt(container, 'env')) {
        add('secret', textAt(env, 'valueFrom.secretKeyRef.name'))
        add('configmap', textAt(env, 'valueFrom.configMapKeyRef.name'))
      }
    }
  for (const volume of listAt(pod, 'spec.volumes')) {
    for (const path of SECRET_VOLUMES) add('secret', textAt(volume, path))
    add('configmap', textAt(volume, 'configMap.name'))
    for (const source of listAt(volume, 'projected.sources')) {
      add('secret', textAt(source, 'secret.name'))
      add('configmap', textAt(source, 'configMap.name'))
    }
  }
}

/** Volume sources that need another object of the API, in the order and the words of upstream. */
const VOLUMES: readonly (readonly [source: string, kind: string])[] = [
  ['configMap', 'configmaps (via configmap volumes)'],
  ['secret', 'secrets (via secret volumes)'],
  ['csi', 'csidrivers (via CSI volumes)'],
  ['glusterfs', 'endpoints (via glusterFS volumes)'],
  ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ['ephemeral', 'persistentvolumeclaims (via ephemeral volumes)'],
  ['azureFile', 'secrets (via azureFile volumes)'],
]
/** Those that need none. */
const ALONE = [
  ...['awsElasticBlockStore', 'azureDisk', 'cephfs', 'cinder', 'downwardAPI', 'emptyDir', 'fc', 'flexVolume', 'flocker'],
  ...['gcePersistentDisk', 'gitRepo', 'hostPath', 'image', 'iscsi', 'nfs', 'photonPersistentDisk', 'portworxVolume', 'quobyte'],
  ...['rbd', 'scaleIO', 'storageos', 'vsphereVolume'],
]
const PROJECTED: readonly (readonly [source: string, kind: string | undefined])[] = [
  ['configMap', 'configmaps (via projected volumes)'],
  ['secret', 'secrets (via projected volumes)'],
  ['serviceAccountToken', 'serviceaccounts (via projected volumes)'],
  ['clusterTrustBundle', 'clustertrustbundles'],
  ['podCertificate', 'podcertificates'],
  ['downwardAPI', undefined],
]

type Reference = { readonly kind: string } | { readonly unknown: string } | undefined

/** The first object of the API that a pod cannot do without, as a static pod must (api/pod, HasAPIObjectReference). */
export function apiObjectReference(pod: KubeObject): Reference {
  if (textAt(pod, 'spec.serviceAccountName') !== '') return { kind: 'serviceaccounts' }
  const found = new Set<string>()
  visitConfiguration(pod, (kind) => found.add(`${kind}s`))
  for (const kind of ['secrets', 'configmaps']) if (found.has(kind)) return { kind }
  if (listAt(pod, 'spec.resourceClaims').length > 0) return { kind: 'resourceclaims' }
  for (const volume of listAt(pod, 'spec.volumes')) {
    const reference = ofVolume(volume)
    if (reference !== undefined) return reference
  }
  return undefined
}

function ofVolume(volume: unknown): Reference {
  if (ALONE.some((source) => isSet(volume, source))) return undefined
  const known = VOLUMES.find(([source]) => isSet(volume, source))
  if (known !== undefined) return { kind: known[1] }
  const name = textAt(volume, 'name')
  // Two blanks, as upstream has them.
  if (!isSet(volume, 'projected')) return { unknown: `unknown volume type for volume  ${goQuote(name)}` }
  for (const source of listAt(volume, 'projected.sources')) {
    const row = PROJECTED.find(([field]) => isSet(source, field))
    if (row === undefined) return { unknown: `unknown source for projected volume ${goQuote(name)}` }
    if (row[1] !== undefined) return { kind: row[1] }
  }
  return undefined
}
