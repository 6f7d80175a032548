import type { ResourceId } from '../client/resource.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { ControllerContext } from './controller.ts'

export const hasFinalizer = ({ metadata }: KubeObject, finalizer: string): boolean => metadata.finalizers?.includes(finalizer) === true

/** Writes the object with the finalizer, or without it. An object that is gone needs neither; one that changed meanwhile is a Conflict. */
export async function setFinalizer(
  { client, signal }: Pick<ControllerContext, 'client' | 'signal'>,
  id: ResourceId,
  object: KubeObject,
  finalizer: string,
  on: boolean,
): Promise<void> {
  const { metadata } = object
  const others = (metadata.finalizers ?? []).filter((f) => f !== finalizer)
  const finalizers = on ? [...others, finalizer] : others
  const { namespace } = metadata
  try {
    // Whoever protects something may update it, and not patch.
    await client
      .resource(id)
      .update({ ...object, metadata: { ...metadata, finalizers } }, { ...(namespace === undefined ? {} : { namespace }), signal })
  } catch (e) {
    if (!isStatusError(e, 'NotFound')) throw e
  }
}
