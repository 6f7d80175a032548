import { FieldManager } from '../fieldmanager/field-manager.ts'
import { TypeStructures } from '../fieldmanager/structure-of-type.ts'
import type { TypedVersion } from '../fieldmanager/updater.ts'
import { inTurns, Slice, type Pausing } from '../machinery/slice.ts'
import { apiVersionOf, type KubeObject } from '../machinery/types.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'
import type { Schema } from '../scheme/schema.ts'
import type { ExpectedBody } from './body.ts'

const structures = new TypeStructures()
const managers = new WeakMap<Schema, Map<string, FieldManager>>()

/**
 * Says in a body that is posted who set its fields, as in every object that is created: a review or a TokenRequest is answered with it, and
 * admission sees it (apiserver `endpoints/handlers/create.go` asks the field manager of any scope).
 */
export async function trackPosted(
  body: KubeObject,
  kind: ExpectedBody,
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

function managerFor({ group, version, kind, schema }: ExpectedBody, subresource: string): FieldManager {
  const apiVersion = apiVersionOf(group, version)
  const key = `${apiVersion} ${kind} ${subresource}`
  let made = managers.get(schema)
  if (made === undefined) managers.set(schema, (made = new Map<string, FieldManager>()))
  let manager = made.get(key)
  if (manager === undefined) made.set(key, (manager = newManager(apiVersion, kind, schema, subresource)))
  return manager
}

function newManager(apiVersion: string, kind: string, schema: Schema, subresource: string): FieldManager {
  const typed: TypedVersion = { apiVersion, structure: structures.of(schema.facts!) }
  return new FieldManager({
    ...{ version: typed, kind, subresource },
    versions: { version: (v) => (v === apiVersion ? typed : undefined), convert: noOther },
    empty: () => schema.normalize({ metadata: {} }),
  })
}
