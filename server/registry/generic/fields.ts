import { awaited, type Pausing } from '../../machinery/slice.ts'
import { FieldManager, type Writer } from '../../fieldmanager/field-manager.ts'
import { FieldSet } from '../../fieldmanager/field-set.ts'
import { fieldElement } from '../../fieldmanager/path-element.ts'
import type { Structure } from '../../fieldmanager/structure.ts'
import type { TypedVersion, Versions } from '../../fieldmanager/updater.ts'
import { copyJson } from '../../machinery/copy-json.ts'
import type { KubeObject } from '../../machinery/types.ts'

/** A served version of a kind, for the fields of its objects. */
export interface FieldVersion {
  readonly apiVersion: string
  structure(): Structure
  /** An object with nothing in it, in normal form. */
  empty(): KubeObject
  /** Both may return the object itself, changed. */
  fromStored(obj: KubeObject): KubeObject
  toStored(obj: KubeObject): KubeObject
  readonly identity: boolean
  /** An object that was merged, in normal form. @throws TypeError for one that does not fit the type */
  typed(obj: KubeObject): Pausing<KubeObject>
}

/** Fields that a write through a subresource ('' is the object itself) does not change, or the only ones that it does, as dotted paths. */
export interface FieldScope {
  readonly resets?: readonly string[]
  readonly only?: readonly string[]
  /** A field that somebody must own already for a write to be tracked. */
  readonly needsOwner?: string
}

/** Objects in another version, in their order; rejects with a Status. They are not changed. */
export type ConvertObjects = (objects: readonly KubeObject[], apiVersion: string) => Promise<KubeObject[]>

const inCoreGroup = (apiVersion: string): boolean => !apiVersion.includes('/')

const setOf = (paths: readonly string[]): FieldSet => FieldSet.of(...paths.map((p) => p.split('.').map(fieldElement)))

/** Who owns which field of a kind's objects: one field manager for each version and subresource, made on first use. Objects are stored ones. */
export class KindFields {
  readonly #kind: string
  readonly #versions: ReadonlyMap<string, FieldVersion>
  readonly #scope: (subresource: string, apiVersion: string) => FieldScope
  readonly #convert: ConvertObjects | undefined
  readonly #managers = new Map<string, FieldManager>()
  readonly #preferred: string

  /** @param convert how objects of any version become those of another, where that is somebody else's to say */
  constructor(
    kind: string,
    versions: readonly FieldVersion[],
    scope: (subresource: string, apiVersion: string) => FieldScope,
    convert?: ConvertObjects,
  ) {
    this.#kind = kind
    this.#convert = convert
    this.#versions = new Map(versions.map((v) => [v.apiVersion, v]))
    this.#scope = scope
    this.#preferred = versions[0]?.apiVersion ?? ''
  }

  /** Writes into `next` who owns what after a create (`live` undefined) or an update in `apiVersion`; by default the preferred version. */
  *update(live: KubeObject | undefined, next: KubeObject, subresource: string, by: Writer, apiVersion = this.#preferred): Pausing<void> {
    const version = this.#versions.get(apiVersion)
    if (version === undefined) return
    const manager = this.#manager(version, subresource)
    if (version.identity) return yield* manager.update(live, next, by)
    const shown = version.fromStored(copyJson(next))
    yield* manager.update(live === undefined ? undefined : version.fromStored(copyJson(live)), shown, by)
    if (shown.metadata.managedFields === undefined) delete next.metadata.managedFields
    else next.metadata.managedFields = shown.metadata.managedFields
  }

  /** What applying `config`, in `apiVersion`, makes of the live object: in that version, with its managed fields. @throws StatusError */
  *apply(
    live: KubeObject | undefined,
    config: KubeObject,
    subresource: string,
    by: Writer,
    force: boolean,
    apiVersion: string,
  ): Pausing<KubeObject> {
    const version = this.#versions.get(apiVersion)!
    const shown = live === undefined || version.identity ? live : version.fromStored(copyJson(live))
    return yield* this.#manager(version, subresource).apply(shown, config, by, force)
  }

  #manager(version: FieldVersion, subresource: string): FieldManager {
    const key = `${version.apiVersion} ${subresource}`
    let manager = this.#managers.get(key)
    if (manager === undefined) this.#managers.set(key, (manager = this.#make(version, subresource)))
    return manager
  }

  #make(version: FieldVersion, subresource: string): FieldManager {
    const { resets, only, needsOwner } = this.#scope(subresource, version.apiVersion)
    const [reset, kept] = [resets && setOf(resets), only && setOf(only)]
    const filter = (set: FieldSet): FieldSet => {
      const rest = reset === undefined ? set : set.recursiveDifference(reset)
      return kept === undefined ? rest : rest.within(kept)
    }
    const typed = new Map<string, TypedVersion>()
    const versionOf = (apiVersion: string): TypedVersion | undefined => {
      // Upstream has the types of `/api` and of `/apis` apart: a writer through one knows nothing of what was written through the other.
      const known = inCoreGroup(apiVersion) === inCoreGroup(version.apiVersion) ? this.#versions.get(apiVersion) : undefined
      let made = typed.get(apiVersion)
      if (known !== undefined && made === undefined) typed.set(apiVersion, (made = { apiVersion, structure: known.structure(), filter }))
      return made
    }
    const versions: Versions = {
      version: versionOf,
      convert: (objects, from, to) => this.#converted(objects as readonly KubeObject[], from.apiVersion, to.apiVersion),
    }
    return new FieldManager({
      version: versionOf(version.apiVersion)!,
      kind: this.#kind,
      versions,
      subresource,
      needsOwner: needsOwner?.split('.').map(fieldElement),
      empty: () => version.empty(),
    })
  }

  *#converted(objects: readonly KubeObject[], from: string, to: string): Pausing<KubeObject[]> {
    if (this.#convert !== undefined) return yield* awaited(this.#convert(objects, to))
    const [source, target] = [this.#versions.get(from)!, this.#versions.get(to)!]
    const out: KubeObject[] = []
    for (const object of objects) out.push(target.fromStored(source.toStored(yield* source.typed(copyJson(object)))))
    return out
  }
}
