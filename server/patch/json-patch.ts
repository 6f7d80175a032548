import { copyingJson, copyJson, isContainer } from '../machinery/copy-json.ts'
import { isDeeper } from '../machinery/depth.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { jsonKind } from '../machinery/numbers.ts'
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
        return this.#remove(op, 'path')
      case 'replace':
        return this.#replace(op, copyJson(op.value ?? null))
      case 'copy':
        return this.#add(op, yield* this.#copies.copying(this.#read(op, 'from')))
      case 'move': {
        const value = this.#read(op, 'from')
        this.#remove(op, 'from')
        return this.#add(op, value)
      }
      case 'test':
        return this.#test(op)
      default:
        throw unprocessable(`Unexpected kind: ${typeof op.op === 'string' ? op.op : 'unknown'}`)
    }
  }

  #add(op: JsonPatchOperation, value: unknown): void {
    const [parent, key] = this.#place(op, 'path')
    if (!Array.isArray(parent)) setOwn(parent, key, value)
    else if (key === '-') parent.push(value)
    else {
      const at = index(key, parent.length + 1)
      if (typeof at === 'string')
        throw unprocessable(cannotAdd(op, NO_NUMBER.test(at) ? `value was not a proper array index: '${key}': ${at}` : at))
      this.#move(parent.length - at)
      parent.splice(at, 0, value)
    }
  }

  #remove(op: JsonPatchOperation, end: End): void {
    const [parent, key] = this.#place(op, end)
    // A move tells its key, and not its path.
    const failed = (why: string): StatusError => unprocessable(`error in ${op.op} for path: '${end === 'from' ? key : op.path}': ${why}`)
    if (Array.isArray(parent)) {
      const at = index(key, parent.length)
      if (typeof at === 'string') throw failed(at)
      this.#move(parent.length - at)
      parent.splice(at, 1)
    } else if (!Object.hasOwn(parent, key)) throw failed(`Unable to remove nonexistent key: ${key}: missing value`)
    else delete parent[key]
  }

  #replace(op: JsonPatchOperation, value: unknown): void {
    if (op.path === '') {
      // The library prints an error that it has not.
      if (!isContainer(value)) throw unprocessable('replace operation value must be object or array: %!w(<nil>)')
      this.#document = value
      return
    }
    const [parent, key] = this.#place(op, 'path')
    if (!Array.isArray(parent)) return setOwn(parent, key, value)
    const at = index(key, parent.length)
    if (typeof at === 'string') throw unprocessable(cannotRead(op, key, at))
    parent[at] = value
  }

  #test(op: JsonPatchOperation): void {
    const found = op.path === '' ? this.#document : this.#read(op, 'path')
    if (!equalJson(found ?? null, op.value ?? null)) throw unprocessable(`testing value ${op.path} failed: test failed`)
  }

  #read(op: JsonPatchOperation, end: End): unknown {
    const [parent, key] = this.#place(op, end)
    if (!Array.isArray(parent)) return member(parent, key)
    const at = index(key, parent.length)
    if (typeof at === 'string') throw unprocessable(cannotRead(op, key, at))
    return parent[at]
  }

  /** Where the last part of a path belongs. The first part, before the slash, is not looked at; the whole document has no place. */
  #place(op: JsonPatchOperation, end: End): [Record<string, unknown> | unknown[], string] {
    const path: unknown = op[end]
    if (typeof path !== 'string') throw unprocessable(`${op.op} operation failed to decode ${end}: ${undecoded(op, end)}`)
    const keys = path.split('/')
    // What is moved may be moved again, together with where it went.
    this.#levels = op.from === undefined || op.from === null ? Math.max(this.#levels, keys.length) : this.#levels + keys.length
    let at = this.#document
    for (let i = 1; i < keys.length - 1; i++) {
      if (!isContainer(at)) break
      const key = unescaped(keys[i]!)
      at = Array.isArray(at) ? elementAt(at, index(key, at.length)) : member(at, key)
    }
    if (keys.length < 2 || !isContainer(at))
      throw unprocessable(`${op.op} operation does not apply: ${missing(op, end, path)}: missing value`)
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

const elementAt = (list: readonly unknown[], at: number | string): unknown => (typeof at === 'string' ? undefined : list[at])

/** An index below `length`, from the front or, negative, from the end; the library's words where there is none. */
function index(key: string, length: number): number | string {
  if (!/^[-+]?\d+$/.test(key)) return `strconv.Atoi: parsing ${goQuote(key)}: invalid syntax`
  const given = Number(key)
  const at = given < 0 ? given + length : given
  return at >= 0 && at < length ? at + 0 : `Unable to access invalid index: ${given}: invalid index referenced`
}

/** One of an operation's two places. */
type End = 'path' | 'from'
const NO_NUMBER = /^strconv/

function undecoded(op: JsonPatchOperation, end: End): string {
  const isShort = end === 'path' && ['add', 'remove', 'copy'].includes(op.op!)
  if (isShort) return 'missing value'
  const given: unknown = op[end]
  return given === undefined || given === null
    ? `operation${end === 'from' ? ',' : ''} missing ${end} field: missing value`
    : `json: cannot unmarshal ${jsonKind(given)} into Go value of type string`
}

/** No object or list is there. */
function missing({ op }: JsonPatchOperation, end: End, path: string): string {
  if (end === 'from') return `doc is missing from path: ${path}`
  switch (op) {
    case 'move':
    case 'copy':
      return `doc is missing destination path: ${path}`
    case 'test':
      return `is missing path: ${path}`
    case 'replace':
      return `doc is missing path: ${path}`
    default:
      return `doc is missing path: "${path}"`
  }
}

function cannotRead({ op, path, from }: JsonPatchOperation, key: string, why: string): string {
  switch (op) {
    case 'replace':
      return `replace operation does not apply: doc is missing key: ${path}: missing value`
    case 'copy':
      return `error in copy for from: '${from}': ${why}`
    case 'move':
      return `error in move for path: '${key}': ${why}`
    default:
      return `error in ${op} for path: '${path}': ${why}`
  }
}

const cannotAdd = ({ op, path }: JsonPatchOperation, why: string): string =>
  op === 'copy' ? `error while adding value during copy: ${why}` : `error in ${op} for path: '${path}': ${why}`
