import { withoutSpellings } from '../machinery/numbers.ts'
import type { Pausing } from '../machinery/slice.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { GroupVersion } from '../scheme/versions.ts'
import { normalizingAs, type Schema } from '../scheme/schema.ts'
import { conversionError, convertedNumbers } from './conversion.ts'

/**
 * A merged object in the normal form of its type. What Go converts to the type though JSON would not be read so (numbers too large for their
 * fields) is converted.
 * @throws TypeError in the reference's words for what Go cannot convert
 */
export function* typedOf(
  schema: Schema,
  { group, version, kind }: GroupVersion & { kind: string },
  object: KubeObject,
): Pausing<KubeObject> {
  try {
    return yield* normalizingAs(schema, object)
  } catch (e) {
    if (!(e instanceof TypeError) || schema.facts === undefined) throw e
    const wrong = conversionError(object, schema.facts)
    if (wrong === undefined) return schema.normalize(convertedNumbers(withoutSpellings(object), schema.facts) as KubeObject)
    throw new TypeError(`unable to convert unstructured object to ${group}/${version}, Kind=${kind}: ${wrong}`, { cause: e })
  }
}
