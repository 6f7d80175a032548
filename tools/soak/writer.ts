import type { Connection } from './http.ts'

/** What a writer knows of its objects: every change adds one to `seq`, so that a watcher can tell a gap from a repetition. */
interface Known {
  seq: number
  resourceVersion: string
}

interface StoredObject {
  metadata: { name: string; resourceVersion: string }
  data: { seq: string }
}

export const NAMESPACE = 'soak'
const COLLECTION = `/api/v1/namespaces/${NAMESPACE}/configmaps`
/** Names a writer uses again and again, so that deletes and creates of one name alternate. */
const NAMES = 250
const PAD = 'x'.repeat(400)

/** One client that creates, updates and deletes its own objects, and remembers what was acknowledged. */
export class Writer {
  readonly #id: number
  readonly #client: Connection
  readonly #random: () => number
  readonly #objects = new Map<string, Known>()
  /** Names whose last write has no known outcome. */
  readonly #unsure = new Set<string>()
  acknowledged = 0
  unanswered = 0
  /** Answers that are neither success nor a server that is away. */
  readonly refused = new Map<string, number>()

  constructor(id: number, client: Connection, random: () => number) {
    this.#id = id
    this.#client = client
    this.#random = random
  }

  get size(): number {
    return this.#objects.size
  }

  /** One random write. */
  async step(): Promise<void> {
    const name = `w${this.#id}-${Math.floor(this.#random() * NAMES)}`
    if (this.#unsure.has(name) && !(await this.#look(name))) return
    const known = this.#objects.get(name)
    if (known === undefined) return this.#create(name)
    return this.#random() < 0.2 ? this.#delete(name, known) : this.#update(name, known)
  }

  async #create(name: string): Promise<void> {
    const { status, body } = await this.#client.call('POST', COLLECTION, this.#body(name, 1))
    if (status === 201) this.#acknowledge(name, 1, body)
    else this.#failed(name, 'create', status, body)
  }

  async #update(name: string, known: Known): Promise<void> {
    const seq = known.seq + 1
    const { status, body } = await this.#client.call('PUT', `${COLLECTION}/${name}`, this.#body(name, seq, known.resourceVersion))
    if (status === 200) this.#acknowledge(name, seq, body)
    else this.#failed(name, 'update', status, body)
  }

  async #delete(name: string, known: Known): Promise<void> {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { resourceVersion: known.resourceVersion } }
    const { status, body } = await this.#client.call('DELETE', `${COLLECTION}/${name}`, options)
    if (status === 200) {
      this.acknowledged++
      this.#objects.delete(name)
    } else this.#failed(name, 'delete', status, body)
  }

  #acknowledge(name: string, seq: number, body: Buffer): void {
    const { metadata } = JSON.parse(body.toString()) as StoredObject
    this.#objects.set(name, { seq, resourceVersion: metadata.resourceVersion })
    this.acknowledged++
  }

  #failed(name: string, verb: string, status: number, body: Buffer): void {
    this.#unsure.add(name)
    if (status === 0 || status >= 500 || status === 429) this.unanswered++
    else {
      const text = `${verb}: ${status} ${body.toString().slice(0, 200)}`
      this.refused.set(text, (this.refused.get(text) ?? 0) + 1)
    }
  }

  /** What is really there, after a write without an answer. False while that cannot be told. */
  async #look(name: string): Promise<boolean> {
    const { status, body } = await this.#client.call('GET', `${COLLECTION}/${name}`)
    if (status !== 200 && status !== 404) return false
    this.#unsure.delete(name)
    if (status === 404) this.#objects.delete(name)
    else {
      const { metadata, data } = JSON.parse(body.toString()) as StoredObject
      this.#objects.set(name, { seq: Number(data.seq), resourceVersion: metadata.resourceVersion })
    }
    return true
  }

  #body(name: string, seq: number, resourceVersion?: string): unknown {
    const metadata = { name, labels: { writer: String(this.#id) }, ...(resourceVersion === undefined ? {} : { resourceVersion }) }
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { seq: String(seq), pad: PAD } }
  }

  /** Compares what was acknowledged with what a list shows; each difference is a sentence. */
  differences(listed: ReadonlyMap<string, number>): string[] {
    const out: string[] = []
    for (const [name, { seq }] of this.#objects) {
      if (this.#unsure.has(name)) continue
      const found = listed.get(name)
      if (found === undefined) out.push(`${name} was acknowledged and is gone`)
      else if (found !== seq) out.push(`${name} has seq ${found}, acknowledged was ${seq}`)
    }
    for (const name of listed.keys()) {
      if (!name.startsWith(`w${this.#id}-`) || this.#objects.has(name) || this.#unsure.has(name)) continue
      out.push(`${name} was deleted and is there`)
    }
    return out
  }
}

/** Name and seq of every object the writers made. */
export async function listed(client: Connection): Promise<{ resourceVersion: string; seqs: Map<string, number> }> {
  const list = await client.json<{ metadata: { resourceVersion: string }; items: StoredObject[] }>('GET', COLLECTION)
  const items = list.items.filter((o) => /^w\d+-/.test(o.metadata.name))
  return { resourceVersion: list.metadata.resourceVersion, seqs: new Map(items.map((o) => [o.metadata.name, Number(o.data.seq)])) }
}
