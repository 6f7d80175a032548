import { isDeepStrictEqual } from 'node:util'
import { objectsAt, textAt, type JsonObject } from '../../machinery/json-walk.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { allocatedStorage, attributesClasses } from '../../quota/persistentvolumeclaims.ts'
import { isTerminating, usesNode } from '../../quota/pods.ts'
import { countedType } from '../../quota/services.ts'

/** Whether an update changes what an object uses where admission has not counted it (pkg/quota/v1/install/update_filter.go). */
export function usesLess(resource: string, obj: KubeObject, old: KubeObject, now: number): boolean {
  switch (resource) {
    case 'pods':
      return resourcesChanged(obj, old) || isTerminating(obj) !== isTerminating(old) || (usesNode(old, now) && !usesNode(obj, now))
    case 'services':
      return countedType(obj) !== countedType(old)
    case 'persistentvolumeclaims':
      return (
        allocatedStorage(obj) !== allocatedStorage(old) || !isDeepStrictEqual(attributesClasses(obj).sort(), attributesClasses(old).sort())
      )
    default:
      return false
  }
}

/** A container has got what a resize asked for. */
function resourcesChanged(obj: KubeObject, old: KubeObject): boolean {
  return ['status.containerStatuses', 'status.initContainerStatuses'].some((path) => {
    const [now, before] = [objectsAt(obj, path), objectsAt(old, path)]
    // Of two with one name the first counts.
    const byName = new Map(now.toReversed().map((s) => [textAt(s, 'name'), s]))
    return before.some((was) => {
      const is: JsonObject | undefined = byName.get(textAt(was, 'name'))
      return is !== undefined && !isDeepStrictEqual(is.resources, was.resources)
    })
  })
}
