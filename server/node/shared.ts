import path from 'node:path'
import type { Client } from '../client/client.ts'
import { createInformerFactory, dropManagedFields, type Informer } from '../client/informer.ts'
import { NODES, PODS } from '../client/resource.ts'
import { TurnGate } from '../client/turn-gate.ts'
import type { Clock } from '../machinery/clock.ts'
import { Beats } from './beats.ts'
import { EventBudget } from './pods/event-budget.ts'
import { StatusWriter } from './pods/status-writer.ts'
import { readMachine, type MachineFacts } from './status/machine.ts'
import { UsageSampler } from './status/usage-sampler.ts'
import type { Node, Pod } from './types.ts'

export interface SharedOptions {
  /** Reads pods and nodes. */
  reader: Client
  /** As whom the status of a node's pods is written. */
  clientOf: (nodeName: string) => Client
  clock: Clock
  /** The one node that is served; undefined for many, which then share one watch of all bound pods. */
  only: string | undefined
  logDir: string
  onError: (error: unknown) => void
}

interface PodTarget {
  put(pod: Pod): void
  delete(pod: Pod): void
}

interface NodeEntry {
  pods: PodTarget
  node: (node: Node) => void
  onStatusWritten: (ms: number) => void
}

/** What all agents of a process have in common: one pod watch, one node watch, one status writer, one event budget. */
export class SharedAgentParts {
  readonly clock: Clock
  readonly abort = new AbortController()
  readonly writer: StatusWriter
  readonly budget: EventBudget
  readonly beats: Beats
  /** What many pods have to do at once is spread over turns of the event loop. */
  readonly gate = new TurnGate()
  readonly sampler: UsageSampler
  readonly machine: MachineFacts
  readonly pods: Informer<Pod>
  readonly #nodes = new Map<string, NodeEntry>()

  static async create(o: SharedOptions): Promise<SharedAgentParts> {
    return new SharedAgentParts(o, await readMachine(path.dirname(path.resolve(o.logDir)), o.clock.now()))
  }

  constructor(o: SharedOptions, machine: MachineFacts) {
    const { reader: client, clock } = o
    const signal = this.abort.signal
    this.clock = clock
    this.machine = machine
    this.budget = new EventBudget(clock)
    this.beats = new Beats(clock)
    this.sampler = new UsageSampler(clock, path.dirname(path.resolve(o.logDir)))
    this.writer = new StatusWriter({
      clientOf: o.clientOf,
      clock,
      signal,
      onWritten: (pod, ms) => this.#nodes.get(pod.spec.nodeName ?? '')?.onStatusWritten(ms),
      onError: (_pod, e) => o.onError(e),
    })
    const factory = createInformerFactory({ client, clock, signal, onError: o.onError })
    this.pods = factory.informer<Pod>(PODS, {
      select: { fieldSelector: o.only === undefined ? 'spec.nodeName!=' : `spec.nodeName=${o.only}` },
      transform: dropManagedFields,
    })
    this.pods.addIndex('node', (pod) => [pod.spec.nodeName ?? ''])
    const target = (pod: Pod): PodTarget | undefined => this.#nodes.get(pod.spec.nodeName ?? '')?.pods
    this.pods.addHandler({
      added: (pod) => target(pod)?.put(pod),
      updated: (pod) => target(pod)?.put(pod),
      deleted: (pod) => target(pod)?.delete(pod),
    })
    const nodes = factory.informer<Node>(NODES, {
      ...(o.only === undefined ? {} : { select: { fieldSelector: `metadata.name=${o.only}` } }),
      transform: dropManagedFields,
    })
    nodes.addHandler({
      added: (node) => this.#nodes.get(node.metadata.name!)?.node(node),
      updated: (node) => this.#nodes.get(node.metadata.name!)?.node(node),
    })
  }

  /** Sends the node's pods and changes of its Node to `entry` from now on, beginning with what is there. */
  attach(nodeName: string, entry: NodeEntry): void {
    this.#nodes.set(nodeName, entry)
    const bound = this.pods.lister.byIndex('node', nodeName)
    bound.sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1))
    for (const pod of bound) entry.pods.put(pod)
  }

  detach(nodeName: string): void {
    this.#nodes.delete(nodeName)
  }

  close(): void {
    this.abort.abort(new Error('the node agent was closed'))
  }
}
