import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { isDiskFull, reasonOf, refusalToOpen } from './open-errors.ts'
import { type FromWorker, type ToWorker, WRITE_FIELDS, type WriteBatch } from './protocol.ts'
import { openDatabase } from './schema.ts'
import { Writer } from './writer.ts'

/** Bounds on one transaction, so that a burst is acknowledged in pieces. */
const GROUP_WRITES = 1000
const GROUP_BYTES = 8 * 1024 * 1024

const port = parentPort
if (port === null) throw new Error('the database worker runs only as a worker thread')
const { path } = workerData as { path: string }
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
const waiting: ToWorker[] = []
let sweeping: NodeJS.Immediate | undefined

try {
  const writer = new Writer(openDatabase(path), path)
  port.on('message', (message: ToWorker) => {
    waiting.push(message)
    try {
      serve(writer)
    } catch (error) {
      send({ type: 'broken', message: reasonOf(error) })
      port.close()
    }
  })
  send({ type: 'opened', revision: writer.revision, compacted: writer.compacted, nextExpiry: writer.nextExpiry(), version: writer.version })
  sweepLater(writer)
} catch (error) {
  send({ type: 'refusedToOpen', message: refusalToOpen(path, error) })
  port.close()
}

/** Works until nothing waits; what arrived during a commit is taken together as the next group. */
function serve(writer: Writer): void {
  for (;;) {
    for (let more = receiveMessageOnPort(port!); more !== undefined; more = receiveMessageOnPort(port!)) waiting.push(more.message)
    const message = waiting.shift()
    if (message === undefined) return
    if (message.type === 'close') return close(writer)
    if (message.type === 'writes') commit(writer, group(message))
    else if (message.type === 'expire') {
      const deletes = unlessDiskFull(() => writer.expire(message.now)).value ?? []
      send({ type: 'expired', deletes, nextExpiry: writer.nextExpiry() })
    } else if (message.type === 'size') send({ type: 'size', bytes: writer.sizeBytes() })
    else {
      send({ type: 'compacted', message: unlessDiskFull(() => writer.compact(message.revision)).message })
      sweepLater(writer)
    }
  }
}

/** The batches that follow each other at the head of the queue, up to the bounds of one transaction. */
function group(first: WriteBatch): WriteBatch[] {
  const batches = [first]
  let writes = first.writes.length / WRITE_FIELDS
  let bytes = first.values.byteLength
  for (let next = waiting[0]; next?.type === 'writes' && writes < GROUP_WRITES && bytes < GROUP_BYTES; next = waiting[0]) {
    batches.push(next)
    waiting.shift()
    writes += next.writes.length / WRITE_FIELDS
    bytes += next.values.byteLength
  }
  return batches
}

function commit(writer: Writer, batches: WriteBatch[]): void {
  const { value, message = '' } = unlessDiskFull(() => writer.commit(batches))
  if (value !== undefined) send({ type: 'committed', results: value.results, refused: value.refused }, [value.results.buffer])
  else send({ type: 'failed', count: batches.reduce((sum, batch) => sum + batch.writes.length / WRITE_FIELDS, 0), message })
  unlessDiskFull(() => writer.checkpoint())
}

/** Compaction goes on between messages, one short step per turn of the loop. On a full disk the next compaction goes on. */
function sweepLater(writer: Writer): void {
  sweeping ??= setImmediate(() => {
    sweeping = undefined
    if (unlessDiskFull(() => writer.sweep()).value === true) sweepLater(writer)
    unlessDiskFull(() => writer.checkpoint())
  })
}

/** A full disk is rolled back cleanly and may pass; after any other failure the file's state is unknown, so it is thrown on. */
function unlessDiskFull<T>(work: () => T): { value?: T; message?: string } {
  try {
    return { value: work() }
  } catch (error) {
    if (!isDiskFull(error)) throw error
    return { message: reasonOf(error) }
  }
}

function close(writer: Writer): void {
  clearImmediate(sweeping)
  writer.close()
  port!.close()
}
