import type { Int64 } from '../../../machinery/numbers.ts'
import type { ObjectMeta } from '../../../machinery/types.ts'
import type { LabelSelector } from '../../meta/v1/validation.ts'
import type { LocalObjectReference, ObjectFieldSelector, ResourceFieldSelector, ResourceRequirements } from './types-container.ts'

/** Volumes of a pod. */
export interface KeyToPath {
  key?: string
  path?: string
  mode?: number
}

export interface DownwardApiFile {
  path?: string
  fieldRef?: ObjectFieldSelector
  resourceFieldRef?: ResourceFieldSelector
  mode?: number
}

export interface ProjectedSource {
  secret?: { name?: string; items?: KeyToPath[]; optional?: boolean }
  configMap?: { name?: string; items?: KeyToPath[]; optional?: boolean }
  downwardAPI?: { items?: DownwardApiFile[] }
  serviceAccountToken?: { audience?: string; expirationSeconds?: Int64; path?: string }
  clusterTrustBundle?: { name?: string; signerName?: string; labelSelector?: LabelSelector; path?: string; optional?: boolean }
  podCertificate?: {
    signerName?: string
    keyType?: string
    maxExpirationSeconds?: number
    credentialBundlePath?: string
    keyPath?: string
    certificateChainPath?: string
    userAnnotations?: Record<string, string>
  }
}

export interface TypedReference {
  apiGroup?: string | null
  kind?: string
  name?: string
  namespace?: string
}

export interface ClaimSpec {
  accessModes?: string[]
  selector?: LabelSelector
  resources?: ResourceRequirements
  volumeName?: string
  storageClassName?: string
  volumeMode?: string
  dataSource?: TypedReference
  dataSourceRef?: TypedReference
  volumeAttributesClassName?: string
}

export interface IscsiSource {
  targetPortal?: string
  iqn?: string
  lun?: number
  iscsiInterface?: string
  chapAuthDiscovery?: boolean
  chapAuthSession?: boolean
  secretRef?: LocalObjectReference
  initiatorName?: string
}

export interface AzureDiskSource {
  diskName?: string
  diskURI?: string
  cachingMode?: string
  fsType?: string
  readOnly?: boolean
  kind?: string
}

export interface VolumeSource {
  emptyDir?: { medium?: string; sizeLimit?: string }
  hostPath?: { path?: string; type?: string }
  gitRepo?: { repository?: string; revision?: string; directory?: string }
  gcePersistentDisk?: { pdName?: string; partition?: number }
  awsElasticBlockStore?: { volumeID?: string; partition?: number }
  secret?: { secretName?: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  nfs?: { server?: string; path?: string }
  iscsi?: IscsiSource
  glusterfs?: { endpoints?: string; path?: string }
  flocker?: { datasetName?: string; datasetUUID?: string }
  persistentVolumeClaim?: { claimName?: string; readOnly?: boolean }
  rbd?: { monitors?: string[]; image?: string; pool?: string; user?: string; keyring?: string }
  cinder?: { volumeID?: string; secretRef?: LocalObjectReference }
  cephfs?: { monitors?: string[] }
  quobyte?: { registry?: string; volume?: string; tenant?: string }
  downwardAPI?: { items?: DownwardApiFile[]; defaultMode?: number }
  fc?: { targetWWNs?: string[]; lun?: number; wwids?: string[] }
  flexVolume?: { driver?: string; options?: Record<string, string> }
  configMap?: { name?: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  azureFile?: { secretName?: string; shareName?: string }
  vsphereVolume?: { volumePath?: string }
  photonPersistentDisk?: { pdID?: string }
  portworxVolume?: { volumeID?: string }
  azureDisk?: AzureDiskSource
  storageos?: { volumeName?: string; volumeNamespace?: string; secretRef?: LocalObjectReference }
  projected?: { sources?: ProjectedSource[]; defaultMode?: number }
  scaleIO?: { gateway?: string; system?: string; volumeName?: string; storageMode?: string; fsType?: string }
  csi?: { driver?: string; nodePublishSecretRef?: LocalObjectReference }
  ephemeral?: { volumeClaimTemplate?: { metadata?: ObjectMeta; spec?: ClaimSpec } }
  image?: { reference?: string; pullPolicy?: string }
}

export interface Volume extends VolumeSource {
  name?: string
}
