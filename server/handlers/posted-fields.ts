import { FieldManager } from '../fieldmanager/field-manager.ts'
import { TypeStructures } from '../fieldmanager/structure-of-type.ts'
import type { TypedVersion } from '../fieldmanager/updater.ts'
import { inTurns, Slice, type Pausing } from '../machinery/slice.ts'
import { apiVersionOf, type KubeObject } from '../machinery/types.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'
import { normalize } from '../scheme/check.ts'
import { scheme } from '../scheme/index.ts'
import type { GroupVersion } from '../scheme/versions.ts'

const structures = new TypeStructures((name) => scheme.type(name))
const managers = new Map<string, FieldManager>()

/**
 * Says in a body that is posted who set its fields, as in every object that is created: a review or a TokenRequest is answered with it, and
 * admission sees it (apiserver `endpoints/handlers/create.go` asks the field manager of any scope).
 */
export async function trackPosted(
  body: KubeObject,
  kind: GroupVersion & { readonly kind: string },
  subresource: string,
  { fieldManager, clock }: StrategyContext,
): Promise<void> {
  if (fieldManager === undefined) return
  const by = { manager: fieldManager.manager, now: clock.now() }
  await inTurns(managerFor(kind, subresource).update(undefined, body, by), new Slice())
}

/** There is one version of it. */
function* noOther(objects: readonly unknown[]): Pausing<unknown[]> {
  yield
  return [...objects]
}

function managerFor({ group, version, kind }: GroupVersion & { readonly kind: string }, subresource: string): FieldManager {
  const apiVersion = apiVersionOf(group, version)
  const key = `${apiVersion} ${kind} ${subresource}`
  const known = managers.get(key)
  if (known !== undefined) return known
  const type = scheme.typeOf(group, version, kind)!
  const typed: TypedVersion = { apiVersion, structure: structures.of(type) }
  const made = new FieldManager({
    ...{ version: typed, kind, subresource },
    versions: { version: (v) => (v === apiVersion ? typed : undefined), convert: noOther },
    empty: () => normalize(type, { metadata: {} }) as KubeObject,
  })
  managers.set(key, made)
  return made
}
