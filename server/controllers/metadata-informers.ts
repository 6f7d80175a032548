import type { Informer, InformerOptions } from '../client/informer.ts'
import type { ResourceId } from '../client/resource.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { ControllerContext } from './controller.ts'

const select = { metadataOnly: true } as const

/** Only what those read that watch every kind: an object costs a few hundred bytes. */
function trim(obj: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, ownerReferences, finalizers, deletionTimestamp } = obj.metadata
  return { metadata: { name, namespace, uid, resourceVersion, ownerReferences, finalizers, deletionTimestamp } }
}

/** The metadata of a kind's objects, shared by all who watch every kind. */
export function metadataInformer({ informers }: Pick<ControllerContext, 'informers'>, id: ResourceId): Informer {
  const options: InformerOptions<KubeObject> = { select, transform: trim }
  return informers.informer(id, options)
}

/** Of a kind that is gone. */
export const stopMetadataInformer = ({ informers }: Pick<ControllerContext, 'informers'>, id: ResourceId): void =>
  informers.stop(id, { select })
