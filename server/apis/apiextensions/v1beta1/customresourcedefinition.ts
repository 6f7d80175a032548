import { ensureObject, fillUnset, fillZero, objectsAt } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** Defaults of definitions in the version that they are stored in (apiextensions/v1beta1 defaults). */
export function defaultDefinitionStatus(obj: KubeObject): void {
  const status = ensureObject(obj, 'status')
  const stored = objectsAt(obj, 'spec.versions').find((v) => v.storage === true)
  if (!(status.storedVersions as unknown[] | undefined)?.length) status.storedVersions = stored === undefined ? [] : [stored.name]
  status.conditions ??= null
  fillUnset(status, { acceptedNames: { plural: '', kind: '' } })
}

/** In their stored version, which differs from v1 in other places. */
export function defaultCustomResourceDefinition(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  const names = ensureObject(spec, 'names')
  const kind = typeof names.kind === 'string' ? names.kind : ''
  fillZero(names, { singular: kind.toLowerCase(), ...(kind === '' ? {} : { listKind: `${kind}List` }) })
  fillUnset(spec, { conversion: { strategy: 'None' } })
  defaultDefinitionStatus(obj)
}
