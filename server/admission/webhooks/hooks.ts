import type { ResourceCache } from '../../cache/resource-cache.ts'
import { Conditions } from '../../cel/conditions.ts'
import { everything, selectorFromObject, type LabelSelector } from '../../machinery/labels.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { WebhookObject } from './contract.ts'
import { Rule } from './rules.ts'

/** A webhook of a configuration, read. */
export interface Hook {
  /** Tells it from all others, across changes of its configuration. */
  readonly id: string
  readonly configuration: string
  readonly name: string
  readonly object: WebhookObject
  readonly rules: readonly Rule[]
  readonly namespaceSelector: LabelSelector
  readonly objectSelector: LabelSelector
  readonly conditions: Conditions
  readonly ignoresFailure: boolean
  readonly timeoutMs: number
}

const DEFAULT_TIMEOUT_SECONDS = 10

/** The webhooks of one kind of configurations in the order in which they are asked: by the configuration's name. Each is read once, when it changes. */
export class Hooks {
  readonly #byConfiguration = new Map<string, readonly Hook[]>()
  #all: readonly Hook[] = []
  /** Grows with each change. */
  generation = 0

  constructor(cache: ResourceCache) {
    const all = (): void => {
      this.#byConfiguration.clear()
      for (const entry of cache.list.entries({ namespace: '' })) this.#byConfiguration.set(entry.name, hooksOf(entry.name, entry.view()))
      this.#join()
    }
    all()
    cache.listeners.add((event) => {
      if (event === undefined) return all()
      const { entry, deleted } = event
      if (deleted) this.#byConfiguration.delete(entry.name)
      else this.#byConfiguration.set(entry.name, hooksOf(entry.name, entry.view()))
      this.#join()
    })
  }

  get all(): readonly Hook[] {
    return this.#all
  }

  #join(): void {
    this.generation++
    const names = [...this.#byConfiguration.keys()].sort()
    this.#all = names.flatMap((name) => this.#byConfiguration.get(name)!)
  }
}

function hooksOf(configuration: string, { webhooks }: KubeObject): readonly Hook[] {
  const counts = new Map<string, number>()
  return ((webhooks ?? []) as readonly WebhookObject[]).map((object) => {
    const { name } = object
    const n = counts.get(name) ?? 0
    counts.set(name, n + 1)
    return {
      ...{ id: `${configuration}/${name}/${n}`, configuration, name, object },
      rules: (object.rules ?? []).map((rule) => new Rule(rule)),
      namespaceSelector: selectorFromObject(object.namespaceSelector ?? {}) ?? everything,
      objectSelector: selectorFromObject(object.objectSelector ?? {}) ?? everything,
      conditions: new Conditions(object.matchConditions ?? []),
      ignoresFailure: object.failurePolicy === 'Ignore',
      timeoutMs: (object.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
    }
  })
}
