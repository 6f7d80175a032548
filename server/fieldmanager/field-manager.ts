import { copyingJson } from '../machinery/copy-json.ts'
import { formatTime } from '../machinery/clock.ts'
import { parseJson } from '../machinery/json.ts'
import type { Pausing } from '../machinery/slice.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import { parseApiVersion, type KubeObject } from '../machinery/types.ts'
import { comparingObjects } from './compare.ts'
import { Conflicts } from './conflict.ts'
import { FieldSet } from './field-set.ts'
import { findingFields } from './fields-of.ts'
import { keptOwners } from './kept-owners.ts'
import {
  cappedManagers,
  decodingManagers,
  encodeManagers,
  isEntries,
  isReset,
  keyOf,
  managerId,
  type ManagedFieldsEntry,
  type Managers,
  type Owned,
} from './managed-fields.ts'
import { checkingObject, errorText } from './merge.ts'
import { sortTexts } from '../machinery/text-order.ts'
import { fieldElement, fieldName, scalarJson, type PathElement } from './path-element.ts'
import { reconciled } from './reconcile.ts'
import { FieldsByShape } from './shape.ts'
import { isMap, comparing } from './structure.ts'
import { Updater, type TypedVersion, type Versions } from './updater.ts'

export interface FieldManagerOptions {
  /** The version that requests come in. */
  readonly version: TypedVersion
  readonly kind: string
  readonly versions: Versions
  /** '' for the object itself. */
  readonly subresource: string
  /** A field that somebody must own for updates to be tracked at all (`/scale`, which shows nothing else). */
  readonly needsOwner?: readonly PathElement[] | undefined
  /** An object of the kind with nothing in it: what a new one is compared with. */
  empty(): KubeObject
}

/** What is known of an object before something is applied to it. */
interface Seen {
  readonly stored: Managers
  readonly managers: Managers
  /** There is none yet. */
  readonly isNew: boolean
}

/** Who writes, and when. */
export interface Writer {
  readonly manager: string
  /** In ms. */
  readonly now: number
}

const path = (...names: readonly string[]): string[] => names.map(fieldElement)
/** Fields that nobody owns: they are the system's, or say what the object is (`managedfields/internal/stripmeta.go`). */
const STRIPPED = FieldSet.of(
  path('apiVersion'),
  path('kind'),
  path('metadata'),
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map(
    (f) => path('metadata', f),
  ),
)
const BEFORE_FIRST_APPLY = 'before-first-apply'
const SCALE_VERSION = 'autoscaling/v1'
const SCALE_FIELD = path('spec', 'replicas')
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const KUBECTL = 'kubectl'

const NOBODY: Managers = new Map()
const NOTHING = new FieldSet()
/** What creators own. */
const NEW = new FieldsByShape()
/** Sets without what nobody owns: appliers of objects of one shape share theirs, and so its bytes. */
const OWNED = new WeakMap<FieldSet, FieldSet>()

function ownable(set: FieldSet): FieldSet {
  let owned = OWNED.get(set)
  if (owned === undefined) OWNED.set(set, (owned = set.difference(STRIPPED)))
  return owned
}

/** What a partial object says, where that is a text: as upstream reads objects without types. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/**
 * Keeps `metadata.managedFields` (KEP-555). One for each served version and subresource of a kind; objects are in that version.
 * - `update`: who changes a field owns it
 * - `apply`: merges a partial object, and refuses with 409 what others own
 */
export class FieldManager {
  readonly #o: FieldManagerOptions
  #empty: KubeObject | undefined
  readonly #updater: Updater

  constructor(options: FieldManagerOptions) {
    this.#o = options
    this.#updater = new Updater(options.versions)
  }

  /** Sets `next.metadata.managedFields` after a create (`live` undefined), an update or a patch. Never refuses. */
  *update(live: KubeObject | undefined, next: KubeObject, by: Writer): Pausing<void> {
    const before = live?.metadata.managedFields as ManagedFieldsEntry[] | undefined
    try {
      const managers = yield* this.#managersOf(live, next)
      delete next.metadata.managedFields
      yield
      const after = yield* this.#updated(live ?? (this.#empty ??= this.#o.empty()), next, managers, by, live === undefined)
      yield* this.#encode(next, this.#asStored(managers, after))
    } catch {
      // Entries that cannot be read any more are kept as they are.
      if (before === undefined) delete next.metadata.managedFields
      else next.metadata.managedFields = before
    }
  }

  /**
   * The object that applying makes of the live one, which is undefined when there is none yet.
   * @throws StatusError 409 for conflicts, 400 for an object of another version, 500 for one that does not fit its schema, as the reference
   */
  *apply(live: KubeObject | undefined, config: KubeObject, by: Writer, force: boolean): Pausing<KubeObject> {
    yield* this.#checkConfig(config)
    const current = live ?? this.#o.empty()
    const { managedFields, ...metadata } = current.metadata
    const bare = this.#seen({ ...current, metadata })
    let stored: Managers
    try {
      stored = yield* decodingManagers(managedFields as ManagedFieldsEntry[] | undefined)
    } catch (e) {
      throw new StatusError(500, '', `failed to decode managed fields: ${(e as Error).message}`)
    }
    yield
    const managers = this.#tracked(stored) ? stored : yield* this.#beforeFirstApply(bare, stored, by)
    const object = yield* this.#applied(bare, config, { stored, managers, isNew: live === undefined }, by, force)
    if (by.manager === KUBECTL && lastAppliedOf(object) !== undefined) object.metadata.annotations![LAST_APPLIED] = lastAppliedText(config)
    return object
  }

  /** The object as its managers are worked out from it: a Scale leaves out replicas that are 0, which then are nobody's. */
  #seen(object: KubeObject): KubeObject {
    return this.#o.needsOwner === undefined ? object : (withoutZero(object, this.#o.needsOwner) as KubeObject)
  }

  /** Whether anybody owns anything here: what nobody owned so far is not tracked from an update on. */
  #tracked(managers: Managers): boolean {
    const { needsOwner } = this.#o
    return needsOwner === undefined ? managers.size > 0 : [...managers.values()].some(({ set }) => set.has(needsOwner))
  }

  /** What is there already belongs to a manager of that name, so that the first apply does not take it in silence. */
  *#beforeFirstApply(live: KubeObject, managers: Managers, by: Writer): Pausing<Managers> {
    const { version, subresource } = this.#o
    const { owned } = yield* this.#updater.update(this.#o.empty(), live, version, new Map())
    const set = owned.difference(STRIPPED)
    if (set.empty) return managers
    const id = managerId(BEFORE_FIRST_APPLY, 'Update', version.apiVersion, subresource)
    return new Map([...managers, [keyOf(id), { id, apiVersion: version.apiVersion, set, time: formatTime(by.now) }]])
  }

  *#managersOf(live: KubeObject | undefined, next: KubeObject): Pausing<Managers> {
    const stored = (): Pausing<Managers> => readable(live?.metadata.managedFields)
    // A subresource does not change who owns what by decree.
    if (this.#o.subresource !== '') return yield* stored()
    if (isReset(next.metadata.managedFields)) return new Map()
    const sent = yield* readable(next.metadata.managedFields)
    return sent.size === 0 ? yield* stored() : sent
  }

  *#updated(live: KubeObject, next: KubeObject, managers: Managers, by: Writer, created: boolean): Pausing<Managers> {
    if (!created && !this.#tracked(managers)) return managers
    const { version, subresource } = this.#o
    const isNew = created && managers.size === 0
    const id = managerId(by.manager, 'Update', version.apiVersion, subresource)
    const key = keyOf(id)
    const { managers: others, mine } = isNew ? yield* this.#ofNew(live, next) : yield* this.#taken(live, next, managers, key)
    if (!mine.empty) {
      const before = others.get(key)?.set
      const set = before === undefined ? mine : before.includes(mine) ? before : mine.union(before)
      others.set(key, { id, apiVersion: version.apiVersion, set, time: formatTime(by.now) })
    }
    return cappedManagers(others)
  }

  /** @param writer key of who updates */
  *#taken(
    live: KubeObject,
    next: KubeObject,
    managers: Managers,
    writer?: string,
  ): Pausing<{ managers: Map<string, Owned>; mine: FieldSet }> {
    const kept = writer === undefined ? undefined : this.#kept(live, next, managers, writer)
    if (kept !== undefined) return { managers: new Map(managers), mine: kept }
    const taken = yield* this.#updater.update(this.#seen(withoutManagers(live)), this.#seen(next), this.#o.version, managers, writer)
    return { managers: taken.managers, mine: taken.owned.difference(STRIPPED) }
  }

  /** What the writer has changed or owns besides, where no manager loses or gains anything by it. */
  #kept(live: KubeObject, next: KubeObject, managers: Managers, writer: string): FieldSet | undefined {
    const own = managers.get(writer)
    if (own === undefined || this.#o.needsOwner !== undefined) return undefined
    const { apiVersion, structure } = this.#o.version
    const others: FieldSet[] = []
    for (const [key, { set, apiVersion: of }] of managers) {
      if (of !== apiVersion || reconciled(structure, set) !== set) return undefined
      if (key !== writer) others.push(set)
    }
    const answer = keptOwners(structure, live, next, { own: own.set, others, nobodys: STRIPPED })
    return answer === 'changed' ? own.set : answer === 'unchanged' ? NOTHING : undefined
  }

  /** What the creator of an object owns. Nobody else owns anything of it. */
  *#ofNew(empty: KubeObject, next: KubeObject): Pausing<{ managers: Map<string, Owned>; mine: FieldSet }> {
    const mine = yield* NEW.get(this, this.#o.version.structure, empty, next, () => this.#added(empty, next))
    return { managers: new Map(), mine }
  }

  *#added(empty: KubeObject, next: KubeObject): Pausing<FieldSet> {
    return (yield* this.#taken(empty, next, NOBODY)).mine
  }

  *#applied(live: KubeObject, config: KubeObject, seen: Seen, by: Writer, force: boolean): Pausing<KubeObject> {
    try {
      return yield* this.#attempt(live, config, seen, by, force)
    } catch (e) {
      if (!(e instanceof Conflicts)) throw e
      const left = by.manager === KUBECTL ? yield* this.#withoutOwnEarlier(live, e) : e
      if (left !== undefined) throw (this.#o.needsOwner === undefined ? left : asOfScale(left)).toStatus()
      return yield* this.#attempt(live, config, seen, by, true)
    }
  }

  *#attempt(live: KubeObject, config: KubeObject, { stored, managers, isNew }: Seen, by: Writer, force: boolean): Pausing<KubeObject> {
    const { version, subresource } = this.#o
    const id = managerId(by.manager, 'Apply', version.apiVersion, subresource)
    const key = keyOf(id)
    const result = yield* this.#updater.apply(live, config, version, managers, id, force)
    const changed = !(yield* comparing(live, result.object))
    yield
    const next = (changed ? (result.object ?? {}) : live) as KubeObject
    // A new one has nothing of an object that others hold, too.
    const object = isNew ? { ...next, metadata: { ...next.metadata } } : yield* copyingJson(next)
    object.metadata ??= {}
    if (this.#o.needsOwner !== undefined) putZero(object, this.#o.needsOwner)
    yield
    const mine = result.managers.get(key)
    if (mine !== undefined) {
      const set = ownable(mine.set)
      if (set.empty) result.managers.delete(key)
      else result.managers.set(key, { ...mine, set, time: changed ? formatTime(by.now) : mine.time })
    }
    yield* this.#encode(object, this.#asStored(stored, result.managers))
    return object
  }

  /**
   * What a Scale's field manager leaves, as the object's entries (`managedfields/scalehandler.go`). It works on entries of its own version,
   * in which an updater is another one than in the object's: whoever updates the field or goes on owning it has an entry of nothing else,
   * which has no time.
   */
  #asStored(before: Managers, after: Managers): Managers {
    const { needsOwner: field, version } = this.#o
    if (field === undefined || after === before) return after
    const out = new Map<string, Owned>()
    const keeps = (key: string, o: Owned): boolean => o.id.operation === 'Apply' && after.get(key)?.set.has(field) === true
    const only = FieldSet.of(field)
    for (const [key, owned] of before) {
      const set = owned.set.has(field) && !keeps(key, owned) ? owned.set.difference(only) : owned.set
      if (!set.empty) out.set(key, { ...owned, set })
    }
    for (const [key, { id, set }] of after) {
      if (!set.has(field) || out.get(key)?.set.has(field) === true) continue
      const time = id.operation === 'Apply' ? before.get(key)?.time : undefined
      out.set(id.operation === 'Apply' ? key : `${key} of a scale`, { id, apiVersion: version.apiVersion, set: only, time })
    }
    return out
  }

  /** Conflicts that are not with what this kubectl applied from the client's side; undefined when there are none left. */
  *#withoutOwnEarlier(live: KubeObject, e: Conflicts): Pausing<Conflicts | undefined> {
    const text = lastAppliedOf(live)
    if (text === undefined) return e
    const { structure, apiVersion } = this.#o.version
    let mine: FieldSet
    try {
      const last = parseJson(text) as KubeObject
      if (last.apiVersion !== apiVersion) return e
      const c = yield* comparingObjects(structure, last, live)
      const all = yield* findingFields(structure, last)
      mine = all.difference(c.modified).difference(c.added).difference(c.removed)
    } catch {
      return e
    }
    const left = e.conflicts.filter((c) => !mine.has(c.path))
    return left.length === 0 ? undefined : new Conflicts(left)
  }

  *#checkConfig(config: KubeObject): Pausing<void> {
    const { version, kind } = this.#o
    const [apiVersion, own] = [textOf(config.apiVersion), textOf(config.kind)]
    const { metadata } = config
    if (apiVersion !== version.apiVersion || own !== kind) {
      const gv = parseApiVersion(apiVersion)
      const text = gv === undefined ? '/, Kind=' : `${gv.group}/${gv.version}, Kind=${own}`
      throw badRequest(`invalid object type: ${text}`)
    }
    // What is no list of entries goes on to the type, which says so.
    if (isEntries(metadata.managedFields)) throw badRequest('metadata.managedFields must be nil')
    const text = errorText(yield* checkingObject(version.structure, config))
    if (text === undefined) return
    const gvk = `${version.apiVersion.includes('/') ? version.apiVersion : `/${version.apiVersion}`}, Kind=${kind}`
    throw new StatusError(
      500,
      '',
      `failed to create typed patch object (${textOf(metadata.namespace)}/${textOf(metadata.name)}; ${gvk}): ${text}`,
    )
  }

  *#encode(object: KubeObject, managers: Managers): Pausing<void> {
    for (const { set } of managers.values()) yield* set.makingFieldsV1()
    if (managers.size === 0) delete object.metadata.managedFields
    else object.metadata.managedFields = encodeManagers(managers)
  }
}

function withoutZero(value: unknown, [pe, ...rest]: readonly PathElement[]): unknown {
  const name = fieldName(pe!)
  if (!isMap(value) || value[name] === undefined) return value
  if (rest.length > 0) return { ...value, [name]: withoutZero(value[name], rest) }
  const { [name]: field, ...others } = value
  return field === 0 ? others : value
}

/** What a Scale leaves out is 0. */
function putZero(object: KubeObject, field: readonly PathElement[]): void {
  let at: Record<string, unknown> = object
  for (const pe of field.slice(0, -1)) {
    const name = fieldName(pe)
    if (!isMap(at[name])) at[name] = {}
    at = at[name] as Record<string, unknown>
  }
  at[fieldName(field.at(-1)!)] ??= 0
}

/** A Scale has one field, whatever stands behind it. */
const asOfScale = ({ conflicts }: Conflicts): Conflicts =>
  new Conflicts(conflicts.map((c) => ({ ...c, id: { ...c.id, apiVersion: SCALE_VERSION }, path: SCALE_FIELD })))

function withoutManagers(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

function* readable(entries: unknown): Pausing<Managers> {
  try {
    return yield* decodingManagers(entries as ManagedFieldsEntry[] | undefined)
  } catch {
    return new Map()
  }
}

const lastAppliedOf = (object: KubeObject): string | undefined => object.metadata.annotations?.[LAST_APPLIED] || undefined

function lastAppliedText(config: KubeObject): string {
  const { annotations, ...metadata } = config.metadata
  const { [LAST_APPLIED]: _, ...rest } = annotations ?? {}
  const kept = Object.keys(rest).length > 0 || annotations !== undefined ? { annotations: rest } : {}
  return `${goText({ ...config, metadata: { ...metadata, ...kept } })}\n`
}

/** As Go writes a map: keys in order (also those that look like numbers), without the characters that HTML minds. */
function goText(value: unknown): string {
  if (Array.isArray(value)) {
    const items: string[] = []
    for (const item of value) items.push(goText(item))
    return `[${items.join(',')}]`
  }
  if (!isMap(value)) return scalarJson(value)
  const keys = sortTexts(Object.keys(value))
  return `{${keys.map((k) => `${scalarJson(k)}:${goText(value[k])}`).join(',')}}`
}
