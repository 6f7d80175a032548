import { GoFields, goType } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import { JsonError, parseJson, quotedByte } from '../machinery/json.ts'
import type { Int64 } from '../machinery/numbers.ts'
import { badRequest } from '../machinery/status.ts'

/** Where the next page begins: `start` is relative to what is listed (the resource, or one namespace of it), as in apiserver `storage/continue.go`. */
export interface ContinueToken {
  revision: number
  start: string
}

export function encodeContinue(t: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: t.revision, start: `/${t.start}` })).toString('base64url')
}

/** 400 for a token that this server cannot have made. */
export function decodeContinue(text: string): ContinueToken {
  const bad = (why: string): Error => badRequest(`invalid continue token: continue key is not valid: ${why}`)
  let token: { v: string; rv: Int64; start: string }
  try {
    const illegal = text.search(/[^A-Za-z0-9_-]/)
    if (illegal !== -1) throw new Error(`illegal base64 data at input byte ${illegal}`)
    if (text.length % 4 === 1) throw new Error(`illegal base64 data at input byte ${text.length - 1}`)
    token = fieldsOf(parsed(Buffer.from(text, 'base64url')))
  } catch (e) {
    throw bad(e instanceof Error ? e.message : String(e))
  }
  if (token.v !== 'meta.k8s.io/v1') throw bad(`server does not recognize this encoded version ${token.v}`)
  if (typeof token.rv !== 'number' || !Number.isSafeInteger(token.rv) || token.rv === 0)
    throw bad('incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (token.start === '') throw bad('encoded start key empty (version meta.k8s.io/v1)')
  // Keys like `..` would reach outside of what is listed: none is taken that path.Clean would change.
  const start = token.start.startsWith('/') ? token.start.slice(1) : token.start
  if (start.split('/').some((part) => part === '' || part === '.' || part === '..')) throw bad(token.start)
  return { revision: token.rv, start }
}

function parsed(json: Buffer): unknown {
  try {
    return parseJson(json.toString('utf8'))
  } catch (e) {
    const { at, message } = e as JsonError
    const byte = at === undefined ? 0 : (json[at] ?? 0)
    // Of what is no text Go names the byte.
    throw byte < 0x80 ? e : new JsonError(message.replace(/'.*?'/, quotedByte(byte)))
  }
}

/** As encoding/json reads it into the reference's struct; null is one with nothing in it. */
function fieldsOf(value: unknown): { v: string; rv: Int64; start: string } {
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Error(`json: cannot unmarshal ${goType(value)} into Go value of type storage.continueToken`)
  const fields = new GoFields((value ?? {}) as JsonObject, 'continueToken')
  return { v: fields.text('v'), rv: fields.int64('rv') ?? 0, start: fields.text('start') }
}
