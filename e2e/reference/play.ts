import { existsSync, readFileSync } from 'node:fs'
import { decodeAny, encodeAny, isCbor } from '../../server/codec/cbor/index.ts'
import { parseNumbers } from '../../server/machinery/numbers.ts'
import { Api } from '../fixtures/api.ts'
import { startReference } from '../fixtures/reference.ts'
import { startServer } from '../fixtures/server.ts'
import { writeAnswers } from './asking.ts'

/**
 * The reference's answers: a suite is a sequence of requests and a file with what kube-apiserver 1.37.2 said to each. Objects are made in a
 * namespace of the run's own; `{ns}` stands for its name wherever a request has it, and other words in braces for what a suite says.
 */
export interface Request {
  /** Says in which answer it is found; once in a suite. */
  name: string
  method: string
  path: string
  body?: unknown
  /** A body in CBOR: a value, or bytes in hexadecimal where a text. */
  cbor?: unknown
  type?: string
  /** A list for a header that is sent several times. */
  headers?: Record<string, string | string[]>
  /** Instead of the administrator's; an empty string for none. */
  token?: string
}

export interface Answer {
  status: number
  warning?: string | string[]
  /** Where the body is no JSON. */
  type?: string
  body: unknown
}

/** BINNACLE_RECORD="URL TOKEN" of a kube-apiserver without controllers writes its answers down anew. */
const record = process.env.BINNACLE_RECORD?.split(' ')
const recording = record !== undefined

/** The server whose answers are being written down. */
function reference(): Api {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  return new Api(record?.[0] ?? '', { ca: '', token: record?.[1] ?? '' })
}

/** Who answers a suite: the reference while its answers are written down, else a server of ours, which ends with `close`. */
export async function answering(answers: Answers): Promise<{ api: Api; close(): Promise<void> }> {
  const server = recording ? undefined : await startServer()
  return {
    api: server?.api ?? reference(),
    async close() {
      answers.save()
      await server?.[Symbol.asyncDispose]()
    },
  }
}

/**
 * The same on a server with flags of the suite's own, as the administrator of its token file, with the control loops that it names. The
 * reference is started for it from $KUBEBUILDER_ASSETS.
 */
export async function answeringWith(
  answers: Answers,
  { flags, token, controllers }: { flags: readonly string[]; token: string; controllers?: readonly string[] },
): Promise<{ api: Api; close(): Promise<void> }> {
  if (recording) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  const open = (url: string, ca = ''): Api => new Api(url, { ca, token })
  const loops = controllers === undefined ? {} : { loops: true }
  const own = controllers === undefined ? flags : [...flags, `--controllers=${controllers.join(',')}`, '--nodes=0']
  const ours = recording ? undefined : await startServer({ flags: own, ...loops })
  const server = ours ?? (await startReference(process.env.KUBEBUILDER_ASSETS ?? '', flags, open, controllers && { controllers, token }))
  const api = open(server.url, ours?.api.ca)
  return {
    api,
    async close() {
      answers.save()
      api[Symbol.dispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** The answers of one suite. */
export class Answers {
  readonly #file: URL
  readonly #known: Record<string, Answer>
  /** Of the run. */
  readonly namespace: string
  /** Texts of this run and what stands for them in answers; where that is a word in braces, in requests too. */
  readonly masks = new Map<string, string>()

  constructor(suite: string) {
    this.#file = new URL(`${suite}.answers.json`, import.meta.url)
    this.#known = recording || !existsSync(this.#file) ? {} : (JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, Answer>)
    this.namespace = `${suite}-${process.pid}`
  }

  /** Sends a request; returns what was answered and what should have been, both without what belongs to one server and one run. */
  async play(api: Api, request: Request): Promise<{ answer: Answer; wanted: Answer | undefined }> {
    const own = (text: string): string => this.own(text)
    const { method, path, cbor, headers, token } = request
    const { type = cbor === undefined ? undefined : 'application/cbor' } = request
    const ownHeaders = Object.fromEntries(
      Object.entries(headers ?? {}).map(([header, value]) => [header, typeof value === 'string' ? own(value) : value.map(own)]),
    )
    const sent = cbor === undefined ? textOf(request.body, own) : bytesOf(cbor, own)
    const got = await api.send(method, own(path), {
      headers: { 'user-agent': 'tester/1.0 (of answers)', ...ownHeaders },
      ...(sent === undefined ? {} : { body: sent }),
      ...(type === undefined ? {} : { type }),
      ...(token === undefined ? {} : { token }),
    })
    const { warning: warnings, 'content-type': form = '' } = got.headers
    const warning = warnings !== undefined && OF_OURS.test(String(warnings)) ? undefined : warnings
    const shown = form.startsWith('application/cbor') ? { type: form, body: itemsOf(got.body) } : { body: parsed(got.text) }
    return this.compare(request.name, { status: got.status, ...(warning === undefined ? {} : { warning }), ...shown })
  }

  /** Something seen that is no answer to a request. */
  compare(name: string, seen: Answer): { answer: Answer; wanted: Answer | undefined } {
    const answer = this.#shown(seen)
    if (recording) this.#known[name] = answer
    return { answer, wanted: masked(this.#known[name]) as Answer | undefined }
  }

  /** A text of a request as it is sent in this run. */
  own(text: string): string {
    let sent = text.replaceAll('{ns}', this.namespace)
    for (const [own, shown] of this.masks) if (shown.startsWith('{')) sent = sent.replaceAll(shown, own)
    return sent
  }

  save(): void {
    if (!recording) return
    writeAnswers(this.#file, this.#known)
  }

  #shown(answer: Answer): Answer {
    let text = JSON.stringify(masked(answer))
    for (const [own, shown] of this.masks) text = text.replaceAll(own, shown)
    text = text
      .replaceAll(this.namespace, '{ns}')
      .replaceAll(/revision=\d+/g, 'revision=N')
      // An object within a message.
      .replaceAll(/((?:time|creationTimestamp)\\+":\\+")[^"\\]+/g, '$1-')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    return JSON.parse(text) as Answer
  }
}

function textOf(body: unknown, own: (text: string) => string): string | undefined {
  return typeof body === 'string' ? own(body) : body === undefined ? undefined : own(JSON.stringify(body))
}

function bytesOf(cbor: unknown, own: (text: string) => string): Buffer {
  if (typeof cbor === 'string') return Buffer.from(cbor, 'hex')
  return encodeAny(parseNumbers(own(JSON.stringify(cbor))))
}

/** The items of an answer in CBOR as JSON: one, or the events of a watch. What has more behind it says where. */
function itemsOf(body: Buffer): unknown {
  const items: unknown[] = []
  for (let rest = body; rest.length > 0; ) {
    const end = Number(/^cbor: \d+ bytes of extraneous data starting at index (\d+)$/.exec(errorOf(rest))?.[1] ?? rest.length)
    const item = rest.subarray(0, end)
    // Integers that no number here has are told as texts.
    const json = JSON.stringify(decodeAny(item)).replaceAll(/(?<=[:[,])-?\d{16,}(?=[,\]}])/g, '"$&"')
    items.push({ tagged: isCbor(item), item: JSON.parse(json) as unknown })
    rest = rest.subarray(end)
  }
  return items
}

function errorOf(bytes: Buffer): string {
  try {
    decodeAny(bytes)
    return ''
  } catch (e) {
    return e instanceof Error ? e.message : String(e)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What our server says of kinds that it stores and does nothing with yet. */
const OF_OURS = /^299 - "\w+ is stored, but this server does not [\w ]+ yet"$/

/**
 * Managers stand in the order of their times, which differ from run to run, causes of conflicts and rules of roles in that of a Go map,
 * which has none: they come in the order of their texts.
 */
function inOrder(items: unknown[]): unknown[] {
  const text = JSON.stringify(items[0]) ?? ''
  return /"fieldsType"|"FieldManagerConflict"|"nonResourceURLs"|^\{"apiGroups":[^]*"verbs":/.test(text)
    ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : items
}

const OWN = new Set([
  'lastTransitionTime',
  'lastUpdateTime',
  'lastPhaseTransitionTime',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'timeAdded',
  'clusterIP',
  'clusterIPs',
])

/** Identities, versions and times: that they are there counts, not what they are. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return inOrder(value.map(masked))
  if (typeof value !== 'object' || value === null) return value
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([k, v]) => [k, OWN.has(k) && v !== null && v !== 'None' ? '-' : masked(v)]))
}
