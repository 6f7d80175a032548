import { parse as parseYaml } from 'yaml'
import { decodeObject } from '../../server/codec/protobuf/index.ts'
import { scheme } from '../../server/scheme/index.ts'
import type { Answer } from './http.ts'

/** An answer without what may differ between two servers that behave alike. */
export interface Normal {
  status: number
  headers: Readonly<Record<string, string>>
  body: unknown
}

const HEADERS = [
  'content-type',
  'warning',
  'location',
  'retry-after',
  'cache-control',
  'allow',
  'vary',
  'content-encoding',
  'x-content-type-options',
]

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const TIME = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| \+0000 UTC(?: m=\S+)?)/g
const AGE = /^(?:\d+[smhdy]){1,2}$/
/** Times before servers were started are data. */
const RECENT = 2026

/** @param aliases of this server's uids and versions, by first appearance in the scenario */
export function normalise(answer: Answer, run: string, aliases: Map<string, string>): Normal {
  const headers: Record<string, string> = {}
  for (const h of HEADERS) if (answer.headers[h] !== undefined) headers[h] = text(answer.headers[h], run, aliases)
  const layout = layoutOf(answer)
  if (layout !== undefined) headers['(layout)'] = layout
  return { status: answer.status, headers, body: new Walker(run, aliases).value(parsed(answer), '') }
}

function parsed(answer: Answer): unknown {
  const type = answer.headers['content-type'] ?? ''
  const { body } = answer
  if (body.length === 0) return null
  try {
    if (type.startsWith('application/vnd.kubernetes.protobuf')) return decodeObject(body, scheme)
    if (type.startsWith('application/yaml')) return parseYaml(body.toString('utf8'))
    if (type.startsWith('application/json')) return jsonIn(body.toString('utf8'))
  } catch (e) {
    return `unreadable (${e instanceof Error ? e.message : String(e)}): ${body.toString('latin1').slice(0, 200)}`
  }
  return body.toString('utf8')
}

/** A document, or the events of a watch that has ended. */
function jsonIn(whole: string): unknown {
  if (!whole.startsWith('{"type":')) return JSON.parse(whole)
  return whole
    .split('\n')
    .filter((l) => l !== '')
    .map((l) => JSON.parse(l) as unknown)
}

/** Indented or not, with a line's end or not: both are part of an answer. */
function layoutOf({ headers, body }: Answer): string | undefined {
  if (headers['content-type']?.startsWith('application/json') !== true) return undefined
  return `${body[1] === 0x0a ? 'indented' : 'compact'}${body.at(-1) === 0x0a ? ', ends a line' : ''}`
}

function alias(aliases: Map<string, string>, kind: string, value: string): string {
  const key = `${kind} ${value}`
  let name = aliases.get(key)
  if (name === undefined) {
    const count = Number(aliases.get(kind) ?? 0) + 1
    aliases.set(kind, String(count))
    aliases.set(key, (name = `<${kind}#${count}>`))
  }
  return name
}

function text(value: string, run: string, aliases: Map<string, string>): string {
  return value
    .replaceAll(run, 'RUN')
    .replace(UUID, (u) => aliases.get(`uid ${u}`) ?? alias(aliases, 'uid', u))
    .replace(TIME, (t) => (Number(t.slice(0, 4)) >= RECENT ? '<time>' : t))
    .replace(/127\.0\.0\.1:\d+/g, '<address>')
    .replace(/\b(?:resource ?[vV]ersion|current|ResourceVersion in (?:precondition|object meta)): ?"?\d+"?/gi, (m) =>
      m.replace(/\d+/, '<rv>'),
    )
    .replace(/(precondition|record) \(\d+\)/g, '$1 (<rv>)')
    .replace(/"resourceVersion\\?":\\?"\d+/g, (m) => m.replace(/\d+/, '<rv>'))
    .replace(/,?\\?"managedFields\\?":\[.*?\}\}\}?\}\]/g, '')
    .replace(/\b(kube-api-access-|gen-|g{58}|Bad_)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '$1<random>')
}

class Walker {
  readonly #run: string
  readonly #aliases: Map<string, string>

  constructor(run: string, aliases: Map<string, string>) {
    this.#run = run
    this.#aliases = aliases
  }

  value(v: unknown, key: string): unknown {
    if (typeof v === 'string') return this.#string(v, key)
    if (Array.isArray(v)) return v.map((x) => this.value(x, key))
    if (typeof v !== 'object' || v === null) return v
    const out: Record<string, unknown> = {}
    // An object's own version is counted in its own changes, since other writes come between on one server and not on the other.
    const { uid, name, resourceVersion } = v as { uid?: unknown; name?: unknown; resourceVersion?: unknown }
    // Named after its object, so that one object more on one side does not shift the names of all others.
    if (typeof uid === 'string' && typeof name === 'string' && !this.#aliases.has(`uid ${uid}`)) {
      const named = text(name, this.#run, this.#aliases)
      this.#aliases.set(`uid ${uid}`, alias(this.#aliases, `uid of ${named}`, uid))
    }
    for (const [k, x] of Object.entries(v)) {
      if (k === 'managedFields') continue
      if (k === 'resourceVersion' && typeof x === 'string' && typeof uid === 'string')
        out[k] = alias(this.#aliases, `version of ${this.#aliases.get(`uid ${uid}`) ?? uid}`, String(resourceVersion))
      else out[k] = this.value(x, k)
    }
    return out
  }

  #string(v: string, key: string): string {
    if (key === 'resourceVersion' && /^\d{1,9}$/.test(v)) return v === '0' ? v : '<rv>'
    if (key === 'continue' && v !== '') return '<continue>'
    if (key === 'cells' && AGE.test(v)) return '<age>'
    if (key === 'serverAddress') return '<address>'
    return text(v, this.#run, this.#aliases)
  }
}
