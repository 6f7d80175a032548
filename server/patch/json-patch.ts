import { copyingJson, copyJson, isContainer } from '../machinery/copy-json.ts'
import { isDeeper } from '../machinery/depth.ts'
import { setOwn } from '../machinery/own.ts'
import type { Pausing } from '../machinery/slice.ts'
import { requestEntityTooLarge, StatusError } from '../machinery/status.ts'
import { cannotUnmarshal, checkFloats, MAX_STRICT_ERRORS, wrongPatchType } from './parse.ts'
import { CopyBudget, equalJson, isRecord, unescaped } from './values.ts'

/**
 * RFC 6902 as the reference's library reads it (evanphx/json-patch v4): indices are what Go's Atoi takes, negative ones count from the end;
 * a member that is not there reads as null; `replace` makes it; a value that is not given is null.
 */
export interface JsonPatchOperation {
  op?: string | null
  path?: string | null
  from?: string | null
  value?: unknown
}

/** Upstream's limit on operations in one patch (apiserver `patch.go`, maxJSONPatchOperations). */
const MAX_OPERATIONS = 10_000
/** Elements that insertions and removals move in all: each moves what is behind it, so 10,000 of them in a list of a million would take seconds. */
const MAX_MOVED = 100_000_000
/** Documents are not searched for their depth before they may have grown by so many levels. */
const MAX_ADDED = 64
const TEXTS = ['op', 'path', 'from']

/** 422 for a patch that cannot be applied. Why goes into the error's cause: the reference does not tell its client. */
function unprocessable(why: string): StatusError {
  return Object.assign(new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {}), {
    cause: why,
  })
}

/**
 * The operations of a patch that was parsed. What they say is looked at when they are applied.
 * @param typed also check the fields' types, as strict decoding does; without it upstream's library reads the patch, in other words
 */
export function jsonPatchOf(value: unknown, typed: boolean): readonly JsonPatchOperation[] {
  const patch = value ?? []
  if (!Array.isArray(patch)) {
    throw typed ? wrongPatchType(patch, '[]handlers.jsonPatchOp') : wrongPatchType(patch, 'jsonpatch.Patch', '')
  }
  for (const op of patch as unknown[]) {
    if (op !== null && !isRecord(op)) {
      throw typed ? wrongPatchType(op, 'handlers.jsonPatchOp') : wrongPatchType(op, 'jsonpatch.Operation', '')
    }
    if (!typed || op === null) continue
    checkFloats((op as { value?: unknown }).value, 'struct field jsonPatchOp.value of type float64')
    for (const key in op) {
      const text = op[key]
      if (TEXTS.includes(key) && typeof text !== 'string' && text !== null)
        throw cannotUnmarshal(text, `struct field jsonPatchOp.${key} of type string`)
    }
  }
  if (patch.length > MAX_OPERATIONS) {
    throw requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`)
  }
  return (patch as unknown[]).map((op) => op ?? {})
}

const FIELDS = new Set(['op', 'path', 'from', 'value'])

/** Fields that no operation has, in the words of strict decoding. */
export function unknownFields(patch: readonly object[]): string[] {
  const found: string[] = []
  for (const [i, op] of patch.entries()) {
    for (const name of Object.keys(op)) {
      if (FIELDS.has(name)) continue
      if (found.length >= MAX_STRICT_ERRORS) return found
      found.push(`unknown field ${JSON.stringify(`[${i}].${name}`)}`)
    }
  }
  return found
}

/** The objects and lists that operations have walked into, within each other: what upstream's library has read, and writes in order. */
export function reachedBy(patch: readonly JsonPatchOperation[]): Record<string, unknown> {
  const reached: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const { path, from } of patch) {
    for (const text of [path, from]) {
      let at = reached
      for (const key of (text ?? '').split('/').slice(1, -1)) {
        at = (at[unescaped(key)] ??= Object.create(null) as Record<string, unknown>) as Record<string, unknown>
      }
    }
  }
  return reached
}

/**
 * Applies a patch to a copy of `document`, in turns with others.
 * @throws StatusError 422 when an operation does not fit, a test fails, or copies exceed 3 MiB in all
 */
export function* applyingJsonPatch(document: unknown, patch: readonly JsonPatchOperation[]): Pausing<unknown> {
  const patching = new Patching(yield* copyingJson(document))
  for (const op of patch) {
    yield* patching.apply(op)
    yield
  }
  return patching.outcome
}

/** A document while operations are applied to it. */
class Patching {
  #document: unknown
  readonly #copies = new CopyBudget(unprocessable)
  #moved = 0
  /** By how many levels the document may have become deeper than its deepest part, or a value of the patch, was. */
  #levels = 0

  constructor(document: unknown) {
    this.#document = document
  }

  get outcome(): unknown {
    if (this.#levels > MAX_ADDED && isDeeper(this.#document)) throw unprocessable('the patched document is nested too deeply')
    return this.#document
  }

  *apply(op: JsonPatchOperation): Pausing<void> {
    switch (op.op) {
      case 'add':
        return this.#add(op, copyJson(op.value ?? null))
      case 'remove':
        return this.#remove(op, op.path)
      case 'replace':
        return this.#replace(op, copyJson(op.value ?? null))
      case 'copy':
        return this.#add(op, yield* this.#copies.copying(this.#read(op, op.from)))
      case 'move': {
        const value = this.#read(op, op.from)
        this.#remove(op, op.from)
        return this.#add(op, value)
      }
      case 'test':
        return this.#test(op)
      default:
        throw unprocessable(`Unexpected kind: ${String(op.op)}`)
    }
  }

  #add(op: JsonPatchOperation, value: unknown): void {
    const [parent, key] = this.#place(op, op.path)
    if (!Array.isArray(parent)) setOwn(parent, key, value)
    else if (key === '-') parent.push(value)
    else {
      const at = index(key, parent.length + 1, op)
      this.#move(parent.length - at)
      parent.splice(at, 0, value)
    }
  }

  #remove(op: JsonPatchOperation, path: unknown): void {
    const [parent, key] = this.#place(op, path)
    if (Array.isArray(parent)) {
      const at = index(key, parent.length, op)
      this.#move(parent.length - at)
      parent.splice(at, 1)
    } else if (!Object.hasOwn(parent, key))
      throw unprocessable(`error in ${op.op} for path: '${String(path)}': Unable to remove nonexistent key: ${key}: missing value`)
    else delete parent[key]
  }

  #replace(op: JsonPatchOperation, value: unknown): void {
    if (op.path === '') {
      if (!isContainer(value)) throw unprocessable('replace operation value must be object or array')
      this.#document = value
      return
    }
    const [parent, key] = this.#place(op, op.path)
    if (Array.isArray(parent)) parent[index(key, parent.length, op)] = value
    else setOwn(parent, key, value)
  }

  #test(op: JsonPatchOperation): void {
    const found = op.path === '' ? this.#document : this.#read(op, op.path)
    if (!equalJson(found ?? null, op.value ?? null)) throw unprocessable(`testing value ${op.path} failed: test failed`)
  }

  #read(op: JsonPatchOperation, path: unknown): unknown {
    const [parent, key] = this.#place(op, path)
    return Array.isArray(parent) ? parent[index(key, parent.length, op)] : member(parent, key)
  }

  /** Where the last part of a path belongs. The first part, before the slash, is not looked at; the whole document has no place. */
  #place(op: JsonPatchOperation, path: unknown): [Record<string, unknown> | unknown[], string] {
    if (typeof path !== 'string') throw unprocessable(`${op.op} operation failed to decode path: missing value`)
    const keys = path.split('/')
    // What is moved may be moved again, together with where it went.
    this.#levels = op.from === undefined || op.from === null ? Math.max(this.#levels, keys.length) : this.#levels + keys.length
    let at = this.#document
    for (let i = 1; i < keys.length - 1; i++) {
      if (!isContainer(at)) break
      const key = unescaped(keys[i]!)
      at = Array.isArray(at) ? at[index(key, at.length, op)] : member(at, key)
    }
    if (keys.length < 2 || !isContainer(at)) {
      const shown = op.op === 'add' || op.op === 'remove' ? `"${path}"` : path
      throw unprocessable(`${op.op} operation does not apply: doc is missing path: ${shown}: missing value`)
    }
    return [at, unescaped(keys.at(-1)!)]
  }

  #move(elements: number): void {
    this.#moved += elements
    if (this.#moved > MAX_MOVED) throw unprocessable(`the patch moves more than ${MAX_MOVED} list elements`)
  }
}

function member(parent: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(parent, key) ? parent[key] : undefined
}

/** An index below `length`, from the front or, negative, from the end. */
function index(key: string, length: number, op: JsonPatchOperation): number {
  const given = /^[-+]?\d+$/.test(key) ? Number(key) : Number.NaN
  const at = given < 0 ? given + length : given + 0
  if (at >= 0 && at < length) return at
  throw unprocessable(`error in ${op.op} for path: '${op.path}': Unable to access invalid index: ${key}: invalid index referenced`)
}
