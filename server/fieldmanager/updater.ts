import { comparingObjects, type Comparison } from './compare.ts'
import { Conflicts, type Conflict } from './conflict.ts'
import { type FieldSet } from './field-set.ts'
import { findingFields } from './fields-of.ts'
import { keyOf, type ManagerId, type Managers, type Owned } from './managed-fields.ts'
import { checkingObject, errorText, mergingObjects, removingItems } from './merge.ts'
import { reconciled } from './reconcile.ts'
import { FieldsByShape } from './shape.ts'
import type { Pausing } from '../machinery/slice.ts'
import { StatusError } from '../machinery/status.ts'
import type { Structure } from './structure.ts'

/** A kind in one of its versions, as the updater sees it. */
export interface TypedVersion {
  readonly apiVersion: string
  readonly structure: Structure
  /** Leaves out fields that cannot be written through here (status on the main resource): nobody owns them or conflicts over them. */
  readonly filter?: ((set: FieldSet) => FieldSet) | undefined
}

export interface Versions {
  /** Undefined for a version that is known no longer: what was owned in it is forgotten. */
  version(apiVersion: string): TypedVersion | undefined
  /** Objects in another version, in their order. May ask somebody; throws what that says. */
  convert(objects: readonly unknown[], from: TypedVersion, to: TypedVersion): Pausing<unknown[]>
}

/** What appliers own. */
const APPLIED = new FieldsByShape()

/** Versions of the live and the new object compared, each when it is first asked for. */
type Comparisons = (apiVersion: string) => Pausing<Comparison | undefined>

const PRUNING = 'failed to prune fields: '

/** The rules of who owns what (structured-merge-diff `merge/update.go`). Objects are not changed. */
export class Updater {
  readonly #versions: Versions

  constructor(versions: Versions) {
    this.#versions = versions
  }

  /**
   * After an update: whoever changed a field owns it, and nobody else does.
   * @param writer key of who updates
   * @returns the managers, of whom the writer may lack what it has changed, and what that is
   */
  *update(
    live: unknown,
    next: unknown,
    at: TypedVersion,
    managers: Managers,
    writer?: string,
  ): Pausing<{ managers: Map<string, Owned>; owned: FieldSet }> {
    const lives = yield* this.#inVersions(live, at, managers)
    const known = this.#reconciled(managers)
    yield
    const comparisons = this.#comparisons(lives, next, at)
    const comparison = (yield* comparisons(at.apiVersion))!
    const changed = comparison.modified.union(comparison.added)
    // Most updates are a loop's that says its own again: a lease renewed, a status. All sets stay what they are.
    if (losesNothing(known, at, writer, changed, comparison.removed)) return { managers: known, owned: changed }
    return { managers: yield* this.#taken(comparisons, known, undefined, true), owned: filtered(changed, at) }
  }

  /**
   * Merges what is applied into the live object: fields that the manager applied before and leaves out now go, unless others own them.
   * @throws Conflicts when others own what it would change, and `force` is not set
   */
  *apply(
    live: unknown,
    config: unknown,
    at: TypedVersion,
    managers: Managers,
    id: ManagerId,
    force: boolean,
  ): Pausing<{ object: unknown; managers: Map<string, Owned> }> {
    const lives = yield* this.#inVersions(live, at, managers)
    const known = this.#reconciled(managers)
    yield
    const key = keyOf(id)
    const last = known.get(key)
    const merged = yield* mergingObjects(at.structure, live, config)
    const mine = yield* fieldsOf(at, config)
    known.set(key, { id, apiVersion: at.apiVersion, set: mine, time: last?.time })
    // Who says all that it said before takes nothing out.
    const keepsAll = last === undefined || (last.apiVersion === at.apiVersion && last.set.difference(mine).empty)
    yield
    const object = keepsAll ? merged : yield* this.#pruned(merged, at, known, last)
    return { object, managers: yield* this.#taken(this.#comparisons(lives, object, at), known, key, force) }
  }

  /** Takes from everybody but `own` what has changed, and says who would lose something. */
  *#taken(
    comparisons: Comparisons,
    managers: ReadonlyMap<string, Owned>,
    own: string | undefined,
    force: boolean,
  ): Pausing<Map<string, Owned>> {
    const out = new Map<string, Owned>()
    const conflicts: Conflict[] = []
    for (const [key, owned] of managers) {
      if (key === own) {
        out.set(key, owned)
        continue
      }
      const c = yield* comparisons(owned.apiVersion)
      yield
      if (c === undefined) continue
      const lost = owned.set.intersection(c.modified.union(c.added))
      if (!lost.empty && !force)
        for (const path of lost.paths()) conflicts.push({ id: owned.id, apiVersion: owned.apiVersion, time: owned.time, path })
      const set = owned.set.difference(lost).difference(c.removed)
      out.set(key, set === owned.set ? owned : { ...owned, set })
    }
    if (conflicts.length > 0) throw new Conflicts(conflicts)
    for (const [key, owned] of out) if (owned.set.empty) out.delete(key)
    return out
  }

  #comparisons(lives: ReadonlyMap<string, unknown>, next: unknown, at: TypedVersion): Comparisons {
    const made = new Map<string, Comparison | undefined>()
    const compared = (apiVersion: string): Pausing<Comparison | undefined> => this.#compared(lives, next, at, apiVersion)
    return function* (apiVersion) {
      if (!made.has(apiVersion)) made.set(apiVersion, yield* compared(apiVersion))
      return made.get(apiVersion)
    }
  }

  *#compared(lives: ReadonlyMap<string, unknown>, next: unknown, at: TypedVersion, apiVersion: string): Pausing<Comparison | undefined> {
    const v = apiVersion === at.apiVersion ? at : this.#versions.version(apiVersion)
    if (v === undefined) return undefined
    const [after] = yield* this.#convert([next], at, v, 'failed to convert new object: ')
    const c = yield* comparingObjects(v.structure, lives.get(apiVersion), after)
    yield
    if (v.filter === undefined) return c
    return { removed: filtered(c.removed, v), modified: filtered(c.modified, v), added: filtered(c.added, v) }
  }

  /** The live object in every version in which somebody owns a part of it. */
  *#inVersions(live: unknown, at: TypedVersion, managers: Managers): Pausing<Map<string, unknown>> {
    const lives = new Map([[at.apiVersion, live]])
    for (const { apiVersion } of managers.values()) {
      const v = lives.has(apiVersion) ? undefined : this.#versions.version(apiVersion)
      if (v !== undefined) lives.set(apiVersion, (yield* this.#convert([live], at, v, ''))[0])
    }
    return lives
  }

  #reconciled(managers: Managers): Map<string, Owned> {
    const out = new Map<string, Owned>()
    for (const [key, owned] of managers) {
      const v = this.#versions.version(owned.apiVersion)
      if (v === undefined) continue
      const set = reconciled(v.structure, owned.set)
      out.set(key, set === owned.set ? owned : { ...owned, set })
    }
    return out
  }

  /** Removes what the manager applied last time, does not now, and nobody else owns. */
  *#pruned(merged: unknown, at: TypedVersion, managers: ReadonlyMap<string, Owned>, last: Owned): Pausing<unknown> {
    const v = last.apiVersion === at.apiVersion ? at : this.#versions.version(last.apiVersion)
    if (v === undefined) return merged
    const [before] = yield* this.#convert([merged], at, v, PRUNING + 'failed to convert merged object to last applied version: ')
    const lastSet = last.set.withNamedFields(v.structure)
    let pruned = yield* removingItems(v.structure, before, lastSet)
    yield
    pruned = yield* this.#withOwned(before, pruned, v, managers)
    yield
    // Items that were on their way out because something inside was, but that this manager never owned.
    const all = yield* named(v, before)
    const left = yield* named(v, pruned)
    const gone = all.difference(left).intersection(lastSet)
    yield
    return (yield* this.#convert([yield* removingItems(v.structure, before, gone)], v, at, PRUNING))[0]
  }

  *#withOwned(merged: unknown, pruned: unknown, at: TypedVersion, managers: ReadonlyMap<string, Owned>): Pausing<unknown> {
    const byVersion = new Map<string, FieldSet>()
    for (const { apiVersion, set } of managers.values()) byVersion.set(apiVersion, byVersion.get(apiVersion)?.union(set) ?? set)
    // Its own version first: what others own there may be needed to convert at all.
    const order = [at.apiVersion, ...[...byVersion.keys()].filter((v) => v !== at.apiVersion)]
    let [whole, rest, now] = [merged, pruned, at]
    for (const apiVersion of order) {
      const owned = byVersion.get(apiVersion)
      const v = apiVersion === at.apiVersion ? at : this.#versions.version(apiVersion)
      if (owned === undefined || v === undefined) continue
      const why = `${PRUNING}failed add back owned items: failed to convert merged object at version ${apiVersion}: `
      ;[whole, rest] = (yield* this.#convert([whole, rest], now, v, why)) as [unknown, unknown]
      now = v
      const kept = yield* named(v, rest)
      const keep = kept.union(owned.withNamedFields(v.structure))
      yield
      const gone = (yield* named(v, whole)).difference(keep)
      yield
      rest = yield* removingItems(v.structure, whole, gone)
    }
    return (yield* this.#convert([rest], now, at, PRUNING))[0]
  }

  /** @param why what stands before the message of a conversion that fails */
  *#convert(objects: readonly unknown[], from: TypedVersion, to: TypedVersion, why: string): Pausing<readonly unknown[]> {
    if (from.apiVersion === to.apiVersion) return objects
    let converted: readonly unknown[]
    try {
      converted = yield* this.#versions.convert(objects, from, to)
    } catch (e) {
      throw new StatusError(500, '', `${why}${e instanceof Error ? e.message : String(e)}`)
    }
    for (const object of converted) {
      yield
      // Where nothing but the version's name is converted, there may be fields that the other version does not have. Equal items of a set
      // or keys that stand twice, which writes may leave behind, cannot be converted either.
      const wrong = errorText(yield* checkingObject(to.structure, object))
      if (wrong !== undefined) throw new StatusError(500, '', why + wrong)
    }
    return converted
  }
}

/** Whether nobody owns what is gone, and nobody but the writer what has changed. */
function losesNothing(managers: Managers, at: TypedVersion, writer: string | undefined, changed: FieldSet, removed: FieldSet): boolean {
  for (const [key, { set, apiVersion }] of managers) {
    if (apiVersion !== at.apiVersion || set.empty || !set.isDisjoint(removed)) return false
    if (key !== writer && !set.isDisjoint(changed)) return false
  }
  return true
}

/** What an applier owns of what it says. */
const fieldsOf = (at: TypedVersion, config: unknown): Pausing<FieldSet> =>
  APPLIED.get(at, at.structure, undefined, config, function* () {
    return filtered(yield* findingFields(at.structure, config), at)
  })

function* named(v: TypedVersion, object: unknown): Pausing<FieldSet> {
  const fields = yield* findingFields(v.structure, object)
  yield
  const all = fields.withNamedFields(v.structure)
  yield
  return all
}

const filtered = (set: FieldSet, { filter }: TypedVersion): FieldSet => filter?.(set) ?? set
