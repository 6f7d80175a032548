import { normalise, type Normal } from './normalise.ts'
import { open, send, type Answer, type Ask, type Stream, type Target } from './http.ts'

/** What one server did in one step of a scenario, as it is compared. */
export interface Step {
  label: string
  request: string
  normal: Normal
}

export interface Scenario {
  name: string
  run(s: Session): Promise<void>
}

type Json = Record<string, unknown>

/** A scenario's run against one server: sends requests and keeps what came back. */
export class Session {
  readonly steps: Step[] = []
  readonly target: Target
  /** The same on both servers, other in each run, so that a server can be used again. */
  readonly run: string
  readonly #aliases = new Map<string, string>()

  constructor(target: Target, run: string) {
    this.target = target
    this.run = run
  }

  /** A name of this run; texts show it as `name-RUN`. */
  name(base: string): string {
    return `${base}-${this.run}`
  }

  /** Sends and compares. */
  async do(label: string, ask: Ask): Promise<Answer & { json: Json }> {
    const answer = await this.quiet(ask)
    this.record(label, ask, answer)
    return answer
  }

  /** Sends, compares nothing. */
  async quiet(ask: Ask): Promise<Answer & { json: Json }> {
    let answer: Answer
    try {
      answer = await send(this.target, ask)
    } catch (e) {
      answer = { status: 0, headers: {}, body: Buffer.from(`no answer: ${e instanceof Error ? e.message : String(e)}`) }
    }
    return { ...answer, json: jsonOf(answer.body) }
  }

  record(label: string, ask: Ask, answer: Answer): void {
    this.steps.push({ label, request: `${ask.method ?? 'GET'} ${ask.path}`, normal: normalise(answer, this.run, this.#aliases) })
  }

  /** Something seen that is no answer: a sequence, a count. */
  note(label: string, value: unknown): void {
    const body = Buffer.from(JSON.stringify(value))
    this.steps.push({
      label,
      request: '',
      normal: normalise({ status: 0, headers: { 'content-type': 'application/json' }, body }, this.run, this.#aliases),
    })
  }

  async watch(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Stream> {
    return open(this.target, { path, headers })
  }

  /** Waits for events of a watch, closes it and compares all that came. */
  async events(label: string, stream: Stream, count: number, limitMs?: number): Promise<void> {
    const lines = await stream.lines(count, limitMs)
    // Whether more comes than was wanted is a difference too, but a late one: look once more.
    const all = lines.length === count ? await stream.lines(count + 1, 150) : lines
    stream.close()
    this.note(label, { status: stream.status, type: stream.headers['content-type'], ended: stream.ended, events: all.map(jsonOfText) })
  }

  get(label: string, path: string, headers?: Readonly<Record<string, string>>): Promise<Answer & { json: Json }> {
    return this.do(label, { path, ...(headers === undefined ? {} : { headers }) })
  }

  post(label: string, path: string, body: Ask['body'], headers?: Readonly<Record<string, string>>): Promise<Answer & { json: Json }> {
    return this.do(label, { method: 'POST', path, body, ...(headers === undefined ? {} : { headers }) })
  }

  put(label: string, path: string, body: Ask['body'], headers?: Readonly<Record<string, string>>): Promise<Answer & { json: Json }> {
    return this.do(label, { method: 'PUT', path, body, ...(headers === undefined ? {} : { headers }) })
  }

  patch(label: string, path: string, type: keyof typeof PATCH_TYPES, body: object | string): Promise<Answer & { json: Json }> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return this.do(label, { method: 'PATCH', path, body: text, headers: { 'content-type': PATCH_TYPES[type] } })
  }

  delete(label: string, path: string, body?: object): Promise<Answer & { json: Json }> {
    return this.do(label, { method: 'DELETE', path, ...(body === undefined ? {} : { body }) })
  }

  /** A namespace of this run with its service account, made without comparing. */
  async namespace(base: string): Promise<string> {
    const name = this.name(base)
    await this.quiet({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } })
    // Only a controller makes the account, and pods cannot do without one.
    const path = `/api/v1/namespaces/${name}/serviceaccounts`
    await this.quiet({ method: 'POST', path, body: { metadata: { name: 'default' } } })
    return name
  }
}

export const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const

function jsonOf(body: Buffer): Json {
  const value = jsonOfText(body.toString('utf8'))
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

function jsonOfText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
