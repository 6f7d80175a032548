import type { Condition, KubeObject } from '../../kube/types.ts'

export interface Claim extends KubeObject {
  spec?: {
    accessModes?: string[]
    storageClassName?: string
    volumeName?: string
    volumeMode?: string
    resources?: { requests?: { storage?: string } }
  }
  status?: { phase?: string; capacity?: { storage?: string }; conditions?: Condition[] }
}

export interface Volume extends KubeObject {
  spec?: {
    accessModes?: string[]
    storageClassName?: string
    capacity?: { storage?: string }
    persistentVolumeReclaimPolicy?: string
    volumeMode?: string
    claimRef?: { namespace?: string; name?: string }
  } & Record<string, unknown>
  status?: { phase?: string; reason?: string; message?: string }
}
