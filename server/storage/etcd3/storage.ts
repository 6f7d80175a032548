import type { Clock } from '../../machinery/clock.ts'
import {
  CompactedError,
  FutureRevisionError,
  type GetResult,
  type KeyValue,
  KeyExistsError,
  type ListOptions,
  type ListResult,
  RequestTooLargeError,
  RevisionMismatchError,
  type Storage,
  StorageUnavailableError,
  type StorageWatch,
  type WatchSink,
  type WriteOptions,
} from '../contract.ts'
import { type Channel, GRPC, GrpcError } from './channel.ts'
import { Leases } from './leases.ts'
import {
  deleteIf,
  prefixRange,
  putIf,
  type RangeAnswer,
  type RangeQuery,
  rangeAnswer,
  rangeRequest,
  successor,
  type TxnAnswer,
  txnAnswer,
} from './messages.ts'
import { OwnWrites } from './own-writes.ts'
import { EtcdWatch, MARK_SUFFIX, type WatchStream } from './watch.ts'
import type { WireWriter } from './wire.ts'

/** Keys per Range call of a list, which bounds the size of one answer. */
const LIST_PAGE = 2000

/** What is not on the hot path and goes through etcd3's own clients. */
export interface Services {
  grantLease(ttlSeconds: number): Promise<bigint>
  compact(revision: number): Promise<void>
  status(): Promise<{ version: string; sizeBytes: number }>
  /** Makes a Watch stream on the given endpoint and hands it to `attach` in the same turn. */
  openWatch(endpoint: string, attach: (stream: WatchStream) => void): Promise<void>
  close(): void
}

export interface EtcdStorageOptions {
  channel: Channel
  services: Services
  clock: Clock
  /** Bound on every call, in ms. */
  requestTimeoutMs: number
  /** The server's answers to progress requests may overtake events. */
  progressOvertakes: boolean
}

export class EtcdStorage implements Storage {
  readonly #channel: Channel
  readonly #services: Services
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #progressOvertakes: boolean
  readonly #leases: Leases
  readonly #ownWrites = new OwnWrites()
  readonly #watches = new Set<EtcdWatch>()
  /** A revision known to be compacted up to; the real one may be newer. */
  #compacted = 0
  #closed: StorageUnavailableError | undefined

  constructor({ channel, services, clock, requestTimeoutMs, progressOvertakes }: EtcdStorageOptions) {
    this.#channel = channel
    this.#services = services
    this.#clock = clock
    this.#timeoutMs = requestTimeoutMs
    this.#progressOvertakes = progressOvertakes
    this.#leases = new Leases((ttl) => services.grantLease(ttl), clock)
  }

  async get(key: string, options: { revision?: number } = {}): Promise<GetResult> {
    const answer = await this.#range({ key: Buffer.from(key), revision: options.revision })
    return { kv: answer.items[0], revision: options.revision ?? answer.revision }
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    const { key, end } = prefixRange(prefix)
    const { limit = 0, after } = options
    const items: KeyValue[] = []
    let revision = options.revision
    let start = after?.startsWith(prefix) ? successor(after) : key
    for (;;) {
      const page = await this.#range({
        key: start,
        end,
        limit: limit > 0 ? Math.min(limit - items.length, LIST_PAGE) : LIST_PAGE,
        revision,
      })
      revision ??= page.revision
      for (const item of page.items) items.push(item)
      const remaining = page.count - page.items.length
      const last = items.at(-1)
      if (remaining === 0 || items.length === limit || last === undefined) return { items, revision, more: remaining > 0, remaining }
      start = successor(last.key)
    }
  }

  async create(key: string, value: Buffer, options?: WriteOptions): Promise<number> {
    const answer = await this.#put(key, value, 0, options)
    if (!answer.succeeded) throw new KeyExistsError(key)
    return answer.revision
  }

  async update(key: string, value: Buffer, expectedRevision: number, options?: WriteOptions): Promise<number> {
    // For etcd 0 is the revision of an absent key; here it is a revision that no key has.
    if (expectedRevision <= 0) throw new RevisionMismatchError(key, (await this.get(key)).kv)
    const answer = await this.#put(key, value, expectedRevision, options)
    if (!answer.succeeded) throw new RevisionMismatchError(key, answer.current)
    return answer.revision
  }

  async delete(key: string, expectedRevision: number): Promise<number> {
    if (expectedRevision <= 0) throw new RevisionMismatchError(key, (await this.get(key)).kv)
    const answer = await this.#ownWrites.track(key, this.#txn(deleteIf(Buffer.from(key), expectedRevision)))
    if (!answer.succeeded) throw new RevisionMismatchError(key, answer.current)
    return answer.revision
  }

  async currentRevision(): Promise<number> {
    return (await this.#range(NO_KEY)).revision
  }

  watch(prefix: string, fromRevision: number, sink: WatchSink): StorageWatch {
    const watch: EtcdWatch = new EtcdWatch(
      prefix,
      fromRevision,
      {
        events: (batch) => sink.events(batch),
        progress: (revision) => sink.progress(revision),
        closed: (error) => {
          this.#watches.delete(watch)
          if (error instanceof CompactedError) this.#compacted = Math.max(this.#compacted, error.compactedRevision)
          sink.closed(error)
        },
      },
      {
        openStream: async (attach) => {
          this.#throwIfClosed()
          await this.#services.openWatch(this.#channel.endpoint, attach)
        },
        ownWrites: this.#ownWrites,
        clock: this.#clock,
        currentRevision: () => this.currentRevision(),
        mark: this.#progressOvertakes ? (under) => this.#mark(under) : undefined,
      },
    )
    this.#watches.add(watch)
    return watch
  }

  async compact(revision: number): Promise<void> {
    this.#throwIfClosed()
    if (revision <= this.#compacted) return
    try {
      await this.#services.compact(revision)
    } catch (error) {
      // Out of range either way: to come, or compacted before, which is as good as done.
      const newest = await this.currentRevision()
      if (revision > newest) throw new FutureRevisionError(newest)
      if ((await this.compactedRevision()) < revision) throw unavailable(error)
    }
    this.#compacted = Math.max(this.#compacted, revision)
  }

  /** etcd does not say; it is the oldest revision that can be read, which is searched from the one known before. */
  async compactedRevision(): Promise<number> {
    const readable = (revision: number) =>
      this.#call('/etcdserverpb.KV/Range', rangeRequest({ ...NO_KEY, revision })).then(
        () => true,
        (error: unknown) => {
          if (error instanceof GrpcError && error.code === GRPC.OUT_OF_RANGE) return false
          throw unavailable(error)
        },
      )
    if (await readable(Math.max(this.#compacted, 1))) return this.#compacted
    let low = Math.max(this.#compacted, 1)
    let high = await this.currentRevision()
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (await readable(middle)) high = middle
      else low = middle
    }
    this.#compacted = Math.max(this.#compacted, high)
    return high
  }

  async stats(): Promise<{ sizeBytes: number; backend: string; version: string }> {
    this.#throwIfClosed()
    try {
      return { backend: 'etcd3', ...(await this.#services.status()) }
    } catch (error) {
      throw unavailable(error)
    }
  }

  async close(): Promise<void> {
    if (this.#closed !== undefined) return
    this.#closed = new StorageUnavailableError('the store is closed')
    for (const watch of [...this.#watches]) watch.fail(this.#closed)
    this.#channel.close()
    this.#services.close()
  }

  async #put(key: string, value: Buffer, expected: number, options: WriteOptions | undefined): Promise<TxnAnswer> {
    const ttl = options?.ttlSeconds ?? 0
    const put = (lease: bigint) => this.#ownWrites.track(key, this.#txn(putIf(Buffer.from(key), value, expected, lease, expected !== 0)))
    if (ttl <= 0) return put(0n)
    this.#throwIfClosed()
    const lease = () => this.#leases.take(ttl).catch((error: unknown) => Promise.reject(unavailable(error)))
    try {
      return await put(await lease())
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error
      this.#leases.lost(ttl)
      return put(await lease())
    }
  }

  async #txn(request: WireWriter): Promise<TxnAnswer> {
    try {
      return txnAnswer(await this.#call('/etcdserverpb.KV/Txn', request))
    } catch (error) {
      if (error instanceof GrpcError && error.code === GRPC.NOT_FOUND) throw new LeaseLostError(error.message)
      if (error instanceof GrpcError && isTooLarge(error)) throw new RequestTooLargeError(tooLargeText(error))
      throw unavailable(error)
    }
  }

  async #range(query: RangeQuery): Promise<RangeAnswer> {
    try {
      return rangeAnswer(await this.#call('/etcdserverpb.KV/Range', rangeRequest(query)))
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error
      if (error.code === GRPC.UNAVAILABLE && !error.unsent) return this.#rangeAgain(query)
      return this.#outOfRange(error, query.revision)
    }
  }

  /** A read may be sent twice: once more, on what is then the connection. */
  async #rangeAgain(query: RangeQuery): Promise<RangeAnswer> {
    try {
      return rangeAnswer(await this.#call('/etcdserverpb.KV/Range', rangeRequest(query)))
    } catch (error) {
      return this.#outOfRange(error, query.revision)
    }
  }

  /** Which side the revision is out of range on is told by the revisions, never by the message. */
  async #outOfRange(error: unknown, revision: number | undefined): Promise<never> {
    if (!(error instanceof GrpcError) || error.code !== GRPC.OUT_OF_RANGE || revision === undefined) throw unavailable(error)
    const newest = await this.currentRevision()
    if (revision > newest) throw new FutureRevisionError(newest)
    throw new CompactedError(await this.compactedRevision())
  }

  async #call(path: string, request: WireWriter) {
    this.#throwIfClosed()
    return this.#channel.unary(path, request, this.#timeoutMs)
  }

  /** Makes two events under the prefix that watches do not show: the second takes away what the first put. */
  async #mark(prefix: string): Promise<void> {
    const key = `${prefix}${MARK_SUFFIX}`
    const { kv } = await this.get(key)
    const put = kv?.modRevision ?? (await this.#txn(putIf(Buffer.from(key), Buffer.alloc(0), 0, 0n, false))).revision
    await this.delete(key, put)
  }

  #throwIfClosed(): void {
    if (this.#closed !== undefined) throw this.#closed
  }
}

/** No key has this name: a read of it answers only with the revision. */
const NO_KEY: RangeQuery = { key: Buffer.from([0]) }

/** More than --max-request-bytes (1.5 MiB; etcd's rpctypes.ErrRequestTooLarge), or than its gRPC server reads at all (512 KiB more). */
const isTooLarge = ({ code, message }: GrpcError): boolean =>
  (code === GRPC.INVALID_ARGUMENT && message === 'etcdserver: request is too large') ||
  (code === GRPC.RESOURCE_EXHAUSTED && message.includes('message larger than max'))

/** Upstream's client does not even send what etcd's gRPC server does not read. */
const tooLargeText = ({ code, message }: GrpcError): string =>
  code === GRPC.RESOURCE_EXHAUSTED
    ? `rpc error: code = ResourceExhausted desc = trying to send message larger than max ${/\(.*\)/.exec(message)?.[0] ?? ''}`
    : message

class LeaseLostError extends StorageUnavailableError {}

function unavailable(error: unknown): StorageUnavailableError {
  if (error instanceof StorageUnavailableError) return error
  return new StorageUnavailableError(error instanceof Error ? error.message : String(error))
}
