import type { KubeObject, Tone } from '../kube/types.ts'
import { pageOf } from '../resources/pages.tsx'

/** The word that an object's state is told in, by its kind's page; undefined for kinds that have none. */
export function statusWord(key: string, object: KubeObject): { text: string; tone: Tone } | undefined {
  const page = pageOf(key)
  const going = object.metadata.deletionTimestamp ? { text: 'Terminating', tone: 'busy' as const } : undefined
  return page.view ? (page.view.status(object) ?? going) : (going ?? page.status?.(object))
}
