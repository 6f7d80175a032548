import { isDeepStrictEqual } from 'node:util'
import { copyJson } from '../machinery/copy-json.ts'
import { requestEntityTooLarge, StatusError } from '../machinery/status.ts'
import { parsePatch, wrongPatchType } from './parse.ts'

/** RFC 6902. */
export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  path: string
  from?: string
  value?: unknown
}

/** Upstream's limit on operations in one patch (apiserver `patch.go`, maxJSONPatchOperations). */
const MAX_OPERATIONS = 10_000
const OPS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test'])

/** 422 for a patch that cannot be applied. Why goes into the error's cause: the reference does not tell its client. */
function unprocessable(why: string): StatusError {
  return Object.assign(new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {}), {
    cause: why,
  })
}

export function parseJsonPatch(body: Buffer): JsonPatchOperation[] {
  const patch = parsePatch(body) ?? []
  if (!Array.isArray(patch)) throw wrongPatchType(patch, '[]handlers.jsonPatchOp')
  if (patch.length > MAX_OPERATIONS) {
    throw requestEntityTooLarge(`The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`)
  }
  for (const [i, op] of (patch as Partial<JsonPatchOperation>[]).entries()) {
    if (op === null || typeof op !== 'object' || Array.isArray(op)) throw wrongPatchType(op, 'handlers.jsonPatchOp')
    if (typeof op.op !== 'string' || !OPS.has(op.op)) throw unprocessable(`operation ${i} has no known op`)
    if (typeof op.path !== 'string') throw unprocessable(`operation ${i} has no path`)
    if ((op.op === 'move' || op.op === 'copy') && typeof op.from !== 'string') throw unprocessable(`operation ${i} has no from`)
  }
  return patch as JsonPatchOperation[]
}

const FIELDS = new Set(['op', 'path', 'from', 'value'])

/** Fields that no operation has, in the words of strict decoding. */
export function unknownFields(patch: readonly object[]): string[] {
  return patch.flatMap((op, i) =>
    Object.keys(op)
      .filter((k) => !FIELDS.has(k))
      .map((k) => `unknown field ${JSON.stringify(`[${i}].${k}`)}`),
  )
}

type Container = Record<string, unknown> | unknown[]

function pointer(path: string): string[] {
  if (path === '') return []
  if (!path.startsWith('/')) throw unprocessable(`path ${JSON.stringify(path)} does not begin with /`)
  return path
    .slice(1)
    .split('/')
    .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function isContainer(v: unknown): v is Container {
  return typeof v === 'object' && v !== null
}

function child(c: Container, key: string): unknown {
  if (!Array.isArray(c)) return Object.hasOwn(c, key) ? c[key] : undefined
  return /^(0|[1-9]\d*)$/.test(key) ? c[Number(key)] : undefined
}

function parentOf(doc: unknown, keys: readonly string[], op: JsonPatchOperation): Container {
  let at: unknown = doc
  for (const key of keys.slice(0, -1)) {
    if (!isContainer(at)) break
    at = child(at, key)
  }
  if (!isContainer(at))
    throw unprocessable(`${op.op} operation does not apply: doc is missing path: ${JSON.stringify(op.path)}: missing value`)
  return at
}

function arrayIndex(list: unknown[], key: string, max: number, op: JsonPatchOperation): number {
  if (key === '-') return list.length
  const i = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : -1
  if (i < 0 || i > max) throw unprocessable(`${op.op} operation does not apply: doc is missing key: ${op.path}: missing value`)
  return i
}

function read(doc: unknown, path: string, op: JsonPatchOperation): unknown {
  let at = doc
  for (const key of pointer(path)) at = isContainer(at) ? child(at, key) : undefined
  if (at === undefined)
    throw unprocessable(`${op.op} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`)
  return at
}

function add(doc: unknown, path: string, value: unknown, op: JsonPatchOperation): unknown {
  const keys = pointer(path)
  if (keys.length === 0) return value
  const parent = parentOf(doc, keys, op)
  const key = keys.at(-1)!
  if (Array.isArray(parent)) parent.splice(arrayIndex(parent, key, parent.length, op), 0, value)
  else setOwn(parent, key, value)
  return doc
}

// `__proto__` is an ordinary key in a document.
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

function remove(doc: unknown, path: string, op: JsonPatchOperation): unknown {
  const keys = pointer(path)
  if (keys.length === 0) return null
  const parent = parentOf(doc, keys, op)
  const key = keys.at(-1)!
  if (Array.isArray(parent)) parent.splice(arrayIndex(parent, key, parent.length - 1, op), 1)
  else {
    if (!Object.hasOwn(parent, key)) throw unprocessable(`remove operation does not apply: doc is missing key: ${path}: missing value`)
    delete parent[key]
  }
  return doc
}

/** A member that is not there is made: RFC 6902 has an error for it, the reference does not. An element must be there. */
function replace(doc: unknown, op: JsonPatchOperation): unknown {
  const keys = pointer(op.path)
  if (keys.length === 0) return op.value
  const parent = parentOf(doc, keys, op)
  const key = keys.at(-1)!
  if (!Array.isArray(parent)) setOwn(parent, key, op.value)
  else if (child(parent, key) !== undefined) parent[Number(key)] = op.value
  else throw unprocessable(`replace operation does not apply: doc is missing key: ${op.path}: missing value`)
  return doc
}

/** Applies a patch to a copy of `document`; 422 when an operation does not fit or a test fails. */
export function applyJsonPatch(document: unknown, patch: readonly JsonPatchOperation[]): unknown {
  let doc: unknown = copyJson(document)
  for (const op of patch) {
    switch (op.op) {
      case 'add':
        doc = add(doc, op.path, copyJson(op.value), op)
        break
      case 'remove':
        doc = remove(doc, op.path, op)
        break
      case 'replace':
        doc = replace(doc, { ...op, value: copyJson(op.value) })
        break
      case 'copy':
        doc = add(doc, op.path, copyJson(read(doc, op.from!, op)), op)
        break
      case 'move': {
        const value = read(doc, op.from!, op)
        doc = add(remove(doc, op.from!, op), op.path, value, op)
        break
      }
      case 'test': {
        const keys = pointer(op.path)
        let at: unknown = doc
        for (const key of keys) at = isContainer(at) ? child(at, key) : undefined
        if (!isDeepStrictEqual(at ?? null, op.value ?? null)) throw unprocessable(`testing value ${op.path} failed: test failed`)
      }
    }
  }
  return doc
}
