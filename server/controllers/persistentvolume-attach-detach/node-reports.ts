import type { Client } from '../../client/client.ts'
import type { Node } from '../../client/objects.ts'
import { NODES } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'

interface AttachedVolume {
  name: string
  devicePath: string
}

export type VolumeNode = Node & { status?: { volumesAttached?: AttachedVolume[] | null; volumesInUse?: string[] | null } }

/**
 * Which volumes each node is told that it has: status.volumesAttached, which its kubelet waits for before it mounts one. A volume
 * leaves the list before it is detached, and enters it after it was attached.
 */
export class NodeReports {
  readonly #client: Client
  readonly #signal: AbortSignal
  readonly #wanted = new Map<string, Map<string, AttachedVolume>>()
  /** What each node's status has, as text. */
  readonly #written = new Map<string, string>()
  /** The end of what is being written: a later list may not be overtaken by an earlier one. */
  readonly #writing = new Map<string, Promise<void>>()

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  /** A node as its status is now; of one that is not known yet it tells what was attached when this began. */
  seen({ metadata: { name = '' }, status }: VolumeNode): void {
    const list = status?.volumesAttached ?? []
    if (!this.#wanted.has(name)) this.#wanted.set(name, new Map(list.map((v) => [v.name, v])))
    this.#written.set(name, textOf(list))
  }

  gone(node: string): void {
    this.#written.delete(node)
  }

  has(node: string, volume: string): boolean {
    return this.#wanted.get(node)?.has(volume) === true
  }

  /** Nodes that are told that they have the volume. */
  nodesOf(volume: string): string[] {
    return [...this.#wanted].flatMap(([node, volumes]) => (volumes.has(volume) ? [node] : []))
  }

  volumesOf(node: string): string[] {
    return [...(this.#wanted.get(node)?.keys() ?? [])]
  }

  /** Resolves when the node's status says so; a node that is gone needs not be told. */
  async set(node: string, volume: string, attached: boolean): Promise<void> {
    const volumes = this.#wanted.get(node) ?? new Map<string, AttachedVolume>()
    this.#wanted.set(node, volumes)
    if (attached && !volumes.has(volume)) volumes.set(volume, { name: volume, devicePath: '' })
    if (!attached) volumes.delete(volume)
    const turn = (this.#writing.get(node) ?? Promise.resolve()).catch(() => undefined).then(() => this.#write(node))
    this.#writing.set(node, turn)
    await turn
  }

  async #write(node: string): Promise<void> {
    const list = [...(this.#wanted.get(node)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
    if (this.#written.get(node) === textOf(list) || !this.#written.has(node)) return
    const body = { status: { volumesAttached: list.length === 0 ? null : list } }
    try {
      await this.#client.resource(NODES).patch(node, { type: 'merge', body }, { subresource: 'status', signal: this.#signal })
      this.#written.set(node, textOf(list))
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }
}

const textOf = (list: readonly AttachedVolume[]): string => JSON.stringify(list.map((v) => v.name).sort())
