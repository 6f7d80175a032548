import { compareKeys, type Entry } from './order.ts'

interface Version {
  revision: number
  /** 0 for a tombstone. */
  createRevision: number
  value: string
}

/** What the contract says, in the plainest way: every version of every key, kept for ever. */
export class Model {
  revision: number
  compacted = 0
  readonly #versions = new Map<string, Version[]>()
  readonly log: { key: string; version: Version }[] = []

  constructor(revision: number) {
    this.revision = revision
  }

  latest(key: string): Entry | undefined {
    return this.at(key, this.revision)
  }

  at(key: string, revision: number): Entry | undefined {
    const version = this.#versions.get(key)?.findLast((each) => each.revision <= revision)
    if (version === undefined || version.createRevision === 0) return undefined
    return { key, value: version.value, createRevision: version.createRevision, modRevision: version.revision }
  }

  list(prefix: string, revision: number): Entry[] {
    const keys = [...this.#versions.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys)
    return keys.flatMap((key) => this.at(key, revision) ?? [])
  }

  events(prefix: string, from: number): string[] {
    const wanted = this.log.filter(({ key, version }) => key.startsWith(prefix) && version.revision >= from)
    return wanted.map(({ key, version: { revision, createRevision, value } }) =>
      createRevision === 0
        ? `${revision} delete ${key}`
        : `${revision} put ${key} created ${createRevision} ${Buffer.from(value).toString('hex')}`,
    )
  }

  /** Returns the revision, or undefined when the write is refused. */
  create(key: string, value: string): number | undefined {
    if (this.latest(key) !== undefined) return undefined
    return this.#append(key, value, this.revision + 1)
  }

  update(key: string, value: string, expected: number): number | undefined {
    const latest = this.latest(key)
    return latest?.modRevision === expected ? this.#append(key, value, latest.createRevision) : undefined
  }

  delete(key: string, expected: number): number | undefined {
    return this.latest(key)?.modRevision === expected ? this.#append(key, '', 0) : undefined
  }

  #append(key: string, value: string, createRevision: number): number {
    const version = { revision: ++this.revision, createRevision, value }
    this.#versions.set(key, [...(this.#versions.get(key) ?? []), version])
    this.log.push({ key, version })
    return this.revision
  }
}
