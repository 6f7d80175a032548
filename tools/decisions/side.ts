import { send, type Answer, type Ask, type Target } from '../conformance/http.ts'
import type { Json, Write } from './policy.ts'
import { requestOf, specOf, type Question, type Subject } from './questions.ts'

const REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
const RULES = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews'

/** Questions under way at once, over one connection. */
const LANES = 32
const POLL_MS = 100
const LIMIT_MS = 60_000

/** A server that is asked. */
export class Side {
  readonly target: Target

  constructor(target: Target) {
    this.target = target
  }

  async #json(ask: Ask): Promise<{ status: number; json: Json }> {
    const answer: Answer = await send(this.target, { ...ask, h2: true })
    const text = answer.body.toString('utf8')
    return { status: answer.status, json: text.startsWith('{') ? (JSON.parse(text) as Json) : { text } }
  }

  async get(path: string): Promise<Json> {
    return (await this.#json({ path })).json
  }

  /** In their order; gives what each came to. */
  async write(writes: readonly Write[]): Promise<string[]> {
    const out: string[] = []
    for (const { method, path, body } of writes) {
      const headers: Record<string, string> = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}
      const { status, json } = await this.#json({ method, path, headers, ...(body === undefined ? {} : { body }) })
      out.push(status < 300 ? 'ok' : `${status} ${String(json.message)}`)
    }
    return out
  }

  async decide(q: Question): Promise<string> {
    const { status, json } = await this.#json({ method: 'POST', path: REVIEWS, body: { spec: specOf(q) } })
    return json.status === undefined || status >= 300 ? `${status} ${String(json.message)}` : decisionText(json.status as Decision)
  }

  /** What a request in the subject's name comes to: the words of a refusal for want of rights, or that it was let through. */
  async request(q: Question): Promise<string> {
    const { method, path } = requestOf(q)!
    // A body of a DELETE would be its options, and those of the query would count no more.
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} }
    const { status, json } = await this.#json({ method, path, headers: as(q.subject), ...body })
    return status === 403 && / cannot [a-z]+ (?:resource|path) /.test(String(json.message))
      ? sortLists(String(json.message))
      : 'let through'
  }

  async rules(subject: Subject, namespace: string): Promise<unknown> {
    const { json, status } = await this.#json({ method: 'POST', path: RULES, body: { spec: { namespace } }, headers: as(subject) })
    if (status >= 300) return `${status} ${String(json.message)}`
    const { resourceRules, nonResourceRules, evaluationError, ...rest } = json.status as Record<string, unknown>
    const sorted = (rules: unknown): string[] => ((rules ?? []) as object[]).map((r) => JSON.stringify(ordered(r))).sort()
    const error = typeof evaluationError === 'string' ? sortLists(evaluationError) : undefined
    return { resourceRules: sorted(resourceRules), nonResourceRules: sorted(nonResourceRules), error, ...rest }
  }

  /** Waits until it allows all of these: its informers have caught up with what was written before. */
  async settle(questions: readonly Question[]): Promise<void> {
    for (const end = Date.now() + LIMIT_MS; ; ) {
      const left = (await all(questions, (q) => this.decide(q))).findIndex((d) => !d.startsWith('yes'))
      if (left < 0) return
      if (Date.now() > end) throw new Error(`${this.target.name} never allowed ${JSON.stringify(questions[left])}`)
      await new Promise<void>((r) => void setTimeout(r, POLL_MS))
    }
  }
}

/** Answers in the order of the questions. */
export async function all<Q, A>(questions: readonly Q[], ask: (q: Q) => Promise<A>): Promise<A[]> {
  const answers: A[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let i = next++; i < questions.length; i = next++) answers[i] = await ask(questions[i]!)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return answers
}

interface Decision {
  allowed?: boolean
  denied?: boolean
  reason?: string
  evaluationError?: string
}

function decisionText({ allowed = false, denied = false, reason = '', evaluationError = '' }: Decision): string {
  const error = evaluationError === '' ? '' : ` (${evaluationError})`
  return `${allowed ? 'yes' : denied ? 'denied' : 'no'}: ${allowed ? reason : sortLists(reason)}${error}`
}

/** The reference tells several missing roles in any order. */
const sortLists = (text: string): string => text.replace(/\[(.*)\]/, (_, list: string) => `[${list.split(', ').sort().join(', ')}]`)

const ordered = (o: object): object => Object.fromEntries(Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1)))

const as = ({ user, groups }: Subject): Record<string, string | string[]> => ({
  'impersonate-user': user,
  ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
})
