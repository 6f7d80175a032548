import type { Client } from '../client/client.ts'
import { NODES } from '../client/resource.ts'
import type { Clock } from '../machinery/clock.ts'
import type { KubeObject } from '../machinery/types.ts'

/** One figure of cpu and memory; times in ms. */
interface Usage {
  time: number
  windowMs: number
  cpuNanoCores: number
  memoryBytes: number
}

interface Readings {
  nodes: Map<string, Usage>
  pods: Map<string, (Usage & { name: string })[]>
}

interface Figures {
  cpu?: { time?: string; usageNanoCores?: number }
  memory?: { workingSetBytes?: number }
}

interface Summary {
  node?: Figures
  pods?: { podRef: { name: string; namespace: string }; containers?: (Figures & { name: string })[] }[]
}

/** metrics-server's --metric-resolution. */
const FRESH_MS = 15_000
/** Over which kubelets take the average. */
const WINDOW_MS = 10_000
const PARALLEL = 16

/** Kubelets' summaries, asked when somebody wants to know and not more often than each fifteen seconds. Nobody asks: nothing is done. */
export class UsageCollector {
  readonly #client: Client
  readonly #clock: Clock
  readonly #signal: AbortSignal
  #readings: { at: number; value: Readings } | undefined
  #reading: Promise<Readings> | undefined

  constructor(o: { client: Client; clock: Clock; signal: AbortSignal }) {
    this.#client = o.client
    this.#clock = o.clock
    this.#signal = o.signal
  }

  /** A node that does not answer is left out. */
  read(): Promise<Readings> {
    const now = this.#clock.now()
    if (this.#readings !== undefined && Math.abs(now - this.#readings.at) < FRESH_MS) return Promise.resolve(this.#readings.value)
    this.#reading ??= this.#collect().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #collect(): Promise<Readings> {
    const { items } = await this.#client.resource<KubeObject>(NODES).list({ metadataOnly: true, signal: this.#signal })
    const value: Readings = { nodes: new Map(), pods: new Map() }
    const rest = items.values()
    const lane = async (): Promise<void> => {
      for (const { metadata } of rest) await this.#ask(metadata.name ?? '', value).catch(() => undefined)
    }
    await Promise.all(Array.from({ length: PARALLEL }, lane))
    this.#readings = { at: this.#clock.now(), value }
    return value
  }

  async #ask(node: string, { nodes, pods }: Readings): Promise<void> {
    const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary?only_cpu_and_memory=true`
    const answer = await this.#client.raw({ method: 'GET', path, headers: { accept: 'application/json' }, signal: this.#signal })
    const summary = JSON.parse(answer.body.toString('utf8')) as Summary
    const own = usageOf(summary.node)
    if (own !== undefined) nodes.set(node, own)
    for (const { podRef, containers = [] } of summary.pods ?? []) {
      const usages = containers.flatMap((c) => {
        const usage = usageOf(c)
        return usage === undefined ? [] : [{ ...usage, name: c.name }]
      })
      // Part of a pod would look like all of it.
      if (usages.length === containers.length && usages.length > 0) pods.set(`${podRef.namespace}/${podRef.name}`, usages)
    }
  }
}

function usageOf(f: Figures | undefined): Usage | undefined {
  const { time, usageNanoCores } = f?.cpu ?? {}
  const bytes = f?.memory?.workingSetBytes
  if (time === undefined || usageNanoCores === undefined || bytes === undefined) return undefined
  return { time: Date.parse(time), windowMs: WINDOW_MS, cpuNanoCores: usageNanoCores, memoryBytes: bytes }
}
