import { ensureObject, fillUnset } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Defaults of CSI drivers (storage/v1 defaults). */
export function defaultCsiDriver(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  fillUnset(spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    requiresRepublish: false,
    seLinuxMount: false,
    preventPodSchedulingIfMissing: false,
    volumeLifecycleModes: ['Persistent'],
  })
}
