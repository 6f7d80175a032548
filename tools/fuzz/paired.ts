import { send, type Answer, type Target } from '../conformance/http.ts'
import { normalise } from '../conformance/normalise.ts'
import { filledIn, identities, prepare, type Identity } from './ground.ts'
import type { Random } from './random.ts'
import { keyOf, makeRequest, type FuzzRequest } from './requests.ts'

/** One difference between the two servers' answers to one request. */
export interface Difference {
  label: string
  /** The same for differences of one kind: texts without the values in them. */
  shape: string
  reference: string
  ours: string
  request: FuzzRequest
}

const CONCURRENT = 6

/** Sends the same requests to both servers, none of which lasts, and compares what they answer. */
export async function compareBoth(
  theirs: Target,
  mine: Target,
  random: Random,
  run: string,
  count: number,
  only: RegExp,
  reads = false,
): Promise<{ found: Difference[]; compared: number; recorded: Recorded[] }> {
  const ground = await prepare(theirs, run, only, true)
  await prepare(mine, run, only, true)
  const own = new Map<Target, Map<string, Identity>>()
  for (const target of [theirs, mine]) own.set(target, await identities(target, ground))
  // A kind of which one of the two has no object says nothing of updates.
  // Nor is there anything to say of a kind that changes what others' objects are answered with.
  const known = ground.samples.filter((s) => s.resource !== 'limitranges' && [theirs, mine].every((t) => own.get(t)!.has(keyOf(s))))
  const found: Difference[] = []
  const recorded = new Recorder(run)
  let left = count
  const ask = (target: Target, request: FuzzRequest, key: string): Promise<Answer> => {
    const { method, path, headers, body } = request
    const text = body === undefined ? undefined : filledIn(body, own.get(target)!.get(key))
    return send(target, { method, path, headers, ...(text === undefined ? {} : { body: text }) }).catch((e: Error) => ({
      ...{ status: 0, headers: {}, body: Buffer.from(e.message) },
    }))
  }
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const request = makeRequest(random, { ...ground, samples: known, reads })
      const key = request.label.slice(0, request.label.indexOf(' '))
      const [a, b] = await Promise.all([ask(theirs, request, key), ask(mine, request, key)])
      // There are patches that end the reference's handler.
      const difference = a.status === 0 ? undefined : reads ? compareHeads(request, a, b, run) : compare(request, a, b, run)
      if (difference !== undefined) found.push(difference)
      else recorded.add(request, a)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT }, worker))
  return { found, compared: count, recorded: recorded.cases }
}

/** A request that both refuse in the same words, to be asked again without a reference. */
export interface Recorded {
  label: string
  method: string
  path: string
  body: string
  status: number
  said: string[]
}

interface Status {
  reason?: string
  message?: string
  details?: { causes?: { reason?: string; field?: string; message?: string }[] }
}

/** Go walks maps in random order: causes and the parts of a message count as a set. */
export function said(status: Status): string[] {
  // A document that a patch has made shows what control loops have added to it.
  const short = (text = ''): string => text.replace(/^Invalid value: "\{.*\}": /s, 'Invalid value: (a document): ')
  const causes = (status.details?.causes ?? []).map(
    (c) => `${c.field ?? ''}: ${c.field === 'patch' ? short(c.message) : (c.message ?? '')}`,
  )
  if (causes.length > 0) return [...new Set([status.reason ?? '', ...causes])].sort()
  return [`${status.reason ?? ''} ${status.message ?? ''}`]
}

const MOST_OF_A_KIND = 14
const LONGEST_BODY = 1500

/** Refusals of writes, one of a kind and of its words, and no more of a kind than say something new. */
class Recorder {
  readonly cases: Recorded[] = []
  readonly #run: string
  readonly #shapes = new Set<string>()
  readonly #kinds = new Map<string, number>()

  constructor(run: string) {
    this.#run = run
  }

  add({ label, method, path, body = '' }: FuzzRequest, answer: Answer): void {
    const kind = label.slice(0, label.indexOf(' '))
    const count = this.#kinds.get(kind) ?? 0
    // Custom kinds have suites of their own. Names that are made up are others the next time.
    if (kind.startsWith('fuzz.')) return
    if (answer.status !== 422 || method === 'PATCH' || body.length > LONGEST_BODY || body.includes('generateName')) return
    const words = said(normalise(plain(answer), this.#run, new Map()).body as Status)
    const fresh = words.map((w) => `${kind} ${shapeOf(w)}`).filter((shape) => !this.#shapes.has(shape))
    if (fresh.length === 0 || count >= MOST_OF_A_KIND) return
    for (const shape of fresh) this.#shapes.add(shape)
    this.#kinds.set(kind, count + 1)
    this.cases.push({ label, method, path, body, status: answer.status, said: words })
  }
}

/** Values in quotes, numbers and indexes say nothing of a difference's kind. */
const shapeOf = (text: string): string =>
  text
    .replace(/Invalid value: (?:\{.*\}|\[.*?\])(?=:|$)/g, 'Invalid value: {}')
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\d+/g, '0')
    .replace(/\[[^\]]{0,80}\]/g, '[]')
    .slice(0, 300)

const shapesOf = (texts: readonly string[]): string => [...new Set(texts.map(shapeOf))].join(' | ')

/** What control loops add, of which the reference has some inside. */
const OTHERS =
  /^v1\/persistentvolume\S* .*metadata\.finalizers|volumeattributesclasses .*metadata\.finalizers|\/(?:apiservices|flowschemas|customresourcedefinitions) .*status\.conditions/

const PROTECTION = /,?\\?"finalizers\\?":\[\\?"kubernetes\.io\/\w+-protection\\?"\]/g
const plain = (a: Answer): Answer => ({ ...a, body: Buffer.from(a.body.toString().replace(PROTECTION, '')) })

type Normalised = ReturnType<typeof normalise>

const GENERATE_NAME = /"generateName":("(?:[^"\\]|\\.)*")/g

/** The answer without what each server makes up behind the prefixes of names that the request has. */
function withoutMadeUp({ body: sent = '' }: FuzzRequest, answer: Answer): Answer {
  let text = answer.body.toString()
  for (const [, prefix] of sent.matchAll(GENERATE_NAME)) {
    const begin = JSON.stringify((JSON.parse(prefix!) as string).slice(0, 58))
      .slice(1, -1)
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    text = text.replace(new RegExp(`(${begin})[bcdfghjklmnpqrstvwxz2456789]{5}(?![a-z0-9])`, 'g'), '$1<random>')
  }
  return { ...answer, body: Buffer.from(text) }
}

/** A patch that makes a value of the version, of which each server counts its own. */
const USES_VERSION = /"from":"\/metadata\/resourceVersion"/

function compare(request: FuzzRequest, a: Answer, b: Answer, run: string): Difference | undefined {
  if (USES_VERSION.test(request.body ?? '')) return undefined
  const [x, y] = [a, b].map((answer) => normalise(withoutMadeUp(request, plain(answer)), run, new Map())) as [Normalised, Normalised]
  const make = (shape: string, reference: string, ours: string): Difference => ({ label: request.label, shape, reference, ours, request })
  if (x.status !== y.status || x.status >= 400) {
    const [s, t] = [said(x.body as Status), said(y.body as Status)]
    const [only, other] = [s.filter((p) => !t.includes(p)), t.filter((p) => !s.includes(p))]
    if (x.status === y.status && only.length + other.length === 0) return undefined
    const head = x.status === y.status ? String(x.status) : `${x.status} → ${y.status}`
    const [theirs, ours] = [x.status < 400 ? [] : only, y.status < 400 ? [] : other]
    return make(
      `${head} ${shapesOf(theirs)} → ${shapesOf(ours)}`,
      `${x.status} ${theirs.join('\n     ')}`,
      `${y.status} ${ours.join('\n     ')}`,
    )
  }
  const where = [...walk('', x.body, y.body)].filter(({ path }) => !OTHERS.test(`${request.label} ${path}`))
  if (where.length === 0) return undefined
  const paths = [...new Set(where.map((w) => w.path.replace(/\.\d+(?=\.|$)/g, '[]')))].sort()
  const show = (side: 'a' | 'b'): string =>
    where
      .slice(0, 6)
      .map((w) => `${w.path} ${JSON.stringify(w[side])?.slice(0, 200)}`)
      .join('\n     ')
  return make(`object ${paths.slice(0, 6).join(' ')}`, show('a'), show('b'))
}

/** Of answers to what is read or cannot be: how they begin, and what is said against the request. What a list holds differs by other things. */
function compareHeads(request: FuzzRequest, a: Answer, b: Answer, run: string): Difference | undefined {
  const [x, y] = [a, b].map((answer) => normalise(answer, run, new Map())) as [Normalised, Normalised]
  const words = ({ status, headers, body }: Normalised): string[] => {
    const { '(layout)': _, ...heads } = headers
    const lines = [`${status}`, ...Object.entries(heads).map(([name, value]) => `${name}: ${value}`)]
    if (status < 400) return lines
    return [...lines, ...(typeof body === 'string' ? [body.trim()] : said((body ?? {}) as Status))]
  }
  const [s, t] = [words(x), words(y)]
  const [only, other] = [s.filter((p) => !t.includes(p)), t.filter((p) => !s.includes(p))]
  if (only.length + other.length === 0) return undefined
  return {
    ...{ label: request.label, shape: `${shapesOf(only)} → ${shapesOf(other)}`, request },
    ...{ reference: `${x.status} ${only.join('\n     ')}`, ours: `${y.status} ${other.join('\n     ')}` },
  }
}

function* walk(path: string, a: unknown, b: unknown): IterableIterator<{ path: string; a: unknown; b: unknown }> {
  const isHolder = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null
  if (isHolder(a) && isHolder(b) && Array.isArray(a) === Array.isArray(b)) {
    for (const k of new Set([...Object.keys(a), ...Object.keys(b)])) yield* walk(`${path}.${k}`, a[k], b[k])
  } else if (JSON.stringify(a) !== JSON.stringify(b)) yield { path, a, b }
}
