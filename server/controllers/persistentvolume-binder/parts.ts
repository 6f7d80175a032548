import type { EventRecorder } from '../../client/event-recorder.ts'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../client/objects-storage.ts'
import type { Node, Pod } from '../../client/objects.ts'
import type { Lister } from '../../client/store.ts'
import type { ControllerContext } from '../controller.ts'
import type { HostPathProvisioner } from './host-path.ts'
import type { VolumeWriter } from './writer.ts'

/** What the syncs of claims and volumes work with. */
export interface BinderParts {
  ctx: ControllerContext
  writer: VolumeWriter
  recorder: EventRecorder
  claims: Lister<PersistentVolumeClaim>
  volumes: Lister<PersistentVolume>
  classes: Lister<StorageClass>
  pods: Lister<Pod>
  nodes: Lister<Node>
  hostPath: HostPathProvisioner | undefined
}
