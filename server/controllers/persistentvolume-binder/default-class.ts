import type { Client } from '../../client/client.ts'
import type { StorageClass } from '../../client/objects-storage.ts'
import { STORAGE_CLASSES } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import { HOST_PATH } from './host-path.ts'

/** Makes `standard` the default class of a cluster that has no class at all; one that has any is left as it is. */
export async function ensureStorageClass(client: Client, signal: AbortSignal): Promise<void> {
  const classes = client.resource<StorageClass>(STORAGE_CLASSES)
  const { items } = await classes.list({ limit: 1, signal })
  if (items.length > 0) return
  const metadata = { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata,
    provisioner: HOST_PATH,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  }
  await classes.create(storageClass, { signal }).catch((e: unknown) => {
    if (!isStatusError(e, 'AlreadyExists')) throw e
  })
}
