import { randomInt } from 'node:crypto'
import { decodeObject, isProtobuf } from '../../../codec/protobuf/index.ts'
import type { KindTypes } from '../../../scheme/contract.ts'
import { KeyExistsError, RevisionMismatchError, type KeyValue, type Storage } from '../../../storage/contract.ts'
import type { MetricSource } from '../../../machinery/metrics.ts'
import { NodePortMetrics, type AllocationScope } from './allocator-metrics.ts'
import { AllocationError, FULL } from './cluster-ips.ts'

export interface PortRange {
  /** Both ends are in it. */
  first: number
  last: number
}

export interface NodePortsOptions {
  readonly storage: Storage
  /** What a kube-apiserver wrote is read by. */
  readonly types: KindTypes
  /** Without a slash at its end. */
  readonly keyPrefix: string
  readonly range: PortRange
}

const TAKEN = 'provided port is already allocated'

/**
 * Node ports as kube-apiserver keeps them: one RangeAllocation with a bit a port under `ranges/servicenodeports`, changed by
 * compare-and-set, so that servers on one store never give the same port twice.
 */
export class NodePorts {
  readonly #storage: Storage
  readonly #key: string
  readonly #range: PortRange
  readonly #types: KindTypes
  readonly #metrics = new NodePortMetrics()
  /** Changes of this process wait for each other instead of colliding in storage. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(o: NodePortsOptions) {
    this.#storage = o.storage
    this.#types = o.types
    this.#key = `${o.keyPrefix}/ranges/servicenodeports`
    this.#range = o.range
  }

  get range(): PortRange {
    return this.#range
  }

  /** Takes a certain port; AllocationError when it is taken or out of range. A dry run asks only whether it is taken, as upstream. */
  async take(port: number, dryRun: boolean): Promise<void> {
    const { first, last } = this.#range
    const outside = port < first || port > last
    if (dryRun && outside) return
    if (outside) {
      this.#metrics.failed('static')
      throw new AllocationError(`provided port is not in the valid range. The range of valid ports is ${first}-${last}`)
    }
    const taking = this.#change(dryRun, (bits) => {
      if (bits.has(port - first)) throw new AllocationError(TAKEN)
      bits.set(port - first, true)
      return true
    })
    await (dryRun ? taking : this.#counted('static', taking))
  }

  /** Takes any free port: a random one of the upper part of the range, and of the lower one when that is full. */
  async takeNext(): Promise<number> {
    const { first, last } = this.#range
    let found = 0
    const taking = this.#change(false, (bits) => {
      const size = last - first + 1
      const offset = reservedPorts(size)
      const free = freeOf(bits, offset, size) ?? freeOf(bits, 0, offset)
      if (free === undefined) throw new AllocationError(FULL)
      bits.set(free, true)
      found = first + free
      return true
    })
    await this.#counted('dynamic', taking)
    return found
  }

  /** Ports out of the range and free ones are passed over. */
  async release(ports: readonly number[]): Promise<void> {
    if (ports.length > 0) await this.#setAll(ports, false)
  }

  /** Marks ports that services have, whatever the bits say (the repair loop). Resolves with those that were not marked. */
  reclaim(ports: readonly number[]): Promise<number[]> {
    return this.#setAll(ports, true)
  }

  /** All ports that are marked as taken. */
  async taken(): Promise<number[]> {
    const { first, last } = this.#range
    const out: number[] = []
    await this.#change(true, (bits) => {
      for (let p = first; p <= last; p++) if (bits.has(p - first)) out.push(p)
      return false
    })
    return out
  }

  metrics(): MetricSource[] {
    return this.#metrics.sources()
  }

  async #counted(scope: AllocationScope, taking: Promise<void>): Promise<void> {
    try {
      await taking
    } catch (e) {
      this.#metrics.failed(scope)
      throw e
    }
    this.#metrics.allocated(scope)
  }

  async #setAll(ports: readonly number[], taken: boolean): Promise<number[]> {
    const { first, last } = this.#range
    let changed: number[] = []
    await this.#change(false, (bits) => {
      changed = ports.filter((p) => p >= first && p <= last && bits.has(p - first) !== taken)
      for (const p of changed) bits.set(p - first, taken)
      return changed.length > 0
    })
    return changed
  }

  #seen(bits: Bits): void {
    const { first, last } = this.#range
    const size = last - first + 1
    let used = 0
    for (let bit = 0; bit < size; bit++) if (bits.has(bit)) used++
    this.#metrics.seen(used, size)
  }

  /** Runs `change` on the stored bits until it can be written; `change` says whether there is anything to write. */
  #change(dryRun: boolean, change: (bits: Bits) => boolean): Promise<void> {
    const next = this.#tail.then(() => this.#attempt(dryRun, change))
    this.#tail = next.catch(() => undefined)
    return next
  }

  async #attempt(dryRun: boolean, change: (bits: Bits) => boolean): Promise<void> {
    const { first, last } = this.#range
    let { kv } = await this.#storage.get(this.#key)
    for (;;) {
      const bits = new Bits(kv === undefined ? Buffer.alloc(0) : dataOf(kv, this.#types), last - first + 1)
      if (!change(bits)) return this.#seen(bits)
      if (dryRun) return
      const value = encode(`${first}-${last}`, bits.toBuffer())
      try {
        if (kv === undefined) await this.#storage.create(this.#key, value)
        else await this.#storage.update(this.#key, value, kv.modRevision)
        return this.#seen(bits)
      } catch (e) {
        if (e instanceof RevisionMismatchError) kv = e.current
        else if (e instanceof KeyExistsError) kv = (await this.#storage.get(this.#key)).kv
        else throw e
      }
    }
  }
}

/** Ports at the start of a range that are given only on request (KEP-3668): a thirty-second part, at least 16, at most 128. */
const reservedPorts = (size: number): number => (size <= 16 ? 0 : Math.min(Math.max(16, Math.trunc(size / 32)), 128))

function freeOf(bits: Bits, from: number, to: number): number | undefined {
  const size = to - from
  if (size <= 0) return undefined
  const start = randomInt(size)
  for (let i = 0; i < size; i++) {
    const at = from + ((start + i) % size)
    if (!bits.has(at)) return at
  }
  return undefined
}

/** Bits in the order of Go's big.Int: the last byte holds bits 0 to 7, and leading zero bytes are left out. */
class Bits {
  readonly #bytes: Buffer

  constructor(stored: Buffer, size: number) {
    this.#bytes = Buffer.alloc(Math.max(Math.ceil(size / 8), stored.length))
    stored.copy(this.#bytes, this.#bytes.length - stored.length)
  }

  #at(bit: number): number {
    return this.#bytes.length - 1 - (bit >> 3)
  }

  has(bit: number): boolean {
    return (this.#bytes[this.#at(bit)]! & (1 << (bit & 7))) !== 0
  }

  set(bit: number, on: boolean): void {
    const at = this.#at(bit)
    const mask = 1 << (bit & 7)
    this.#bytes[at] = on ? this.#bytes[at]! | mask : this.#bytes[at]! & ~mask
  }

  toBuffer(): Buffer {
    const first = this.#bytes.findIndex((b) => b !== 0)
    return first === -1 ? Buffer.alloc(0) : this.#bytes.subarray(first)
  }
}

/** kube-apiserver writes protobuf and reads both. */
function dataOf(kv: KeyValue, types: KindTypes): Buffer {
  const object = isProtobuf(kv.value) ? decodeObject(kv.value, types) : (JSON.parse(kv.value.toString()) as { data?: unknown })
  return typeof object.data === 'string' ? Buffer.from(object.data, 'base64') : Buffer.alloc(0)
}

const encode = (range: string, data: Buffer): Buffer =>
  Buffer.from(
    JSON.stringify({
      kind: 'RangeAllocation',
      apiVersion: 'v1',
      metadata: { creationTimestamp: null },
      range,
      data: data.toString('base64'),
    }),
  )
