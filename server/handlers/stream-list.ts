import { once } from 'node:events'
import { constants, createGzip } from 'node:zlib'
import type { Entry } from '../cache/entry.ts'
import type { RequestContext } from '../request/context.ts'
import { Slice } from '../machinery/slice.ts'
import type { ResponseHeaders, ResponseStream } from '../serving/exchange.ts'
import type { ListEnds, ResourceEncoder } from './encoders/contract.ts'

/** Lists with more items than this are sent as they are made: a page of kubectl's still goes out at once. */
export const STREAM_ABOVE = 512
/** So many bytes of items are written at once. */
const GATHERED = 32 * 1024

/** An entry as a part of a list: of a large one not at once. */
export const itemOf = (encoder: ResourceEncoder, entry: Entry): Buffer | Promise<Buffer> =>
  encoder.itemInTurn?.(entry) ?? encoder.item(entry)

/** Where a list's bytes go. False: no more for now. */
interface Target {
  write(chunk: Buffer): boolean
  drained(): Promise<unknown>
  end(): void
}

/**
 * Answers with a long list whose items are made while the client takes them, so that it is never held whole. The headers go
 * out when the first item is made: what refuses this list refuses that one. Who has not taken it by the request's deadline gets no end of it.
 */
export async function respondInParts(
  ctx: RequestContext,
  headers: ResponseHeaders,
  encoder: ResourceEncoder,
  { head, tail, between }: ListEnds,
  entries: readonly Entry[],
): Promise<void> {
  const slice = new Slice()
  if (slice.over) await slice.next()
  const first = await itemOf(encoder, entries[0]!)
  const gzip = headers['content-encoding'] === 'gzip'
  const stream = ctx.exchange.stream(200, headers)
  const { signal } = ctx
  const gone = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  const target = gzip ? zipped(stream, gone) : plain(stream)
  let gathered = [head, first]
  let size = head.length + first.length
  try {
    for (let i = 1; i < entries.length && !signal.aborted; i++) {
      if (slice.over) await slice.next()
      const made = itemOf(encoder, entries[i]!)
      const item = made instanceof Promise ? await made : made
      gathered.push(between, item)
      size += item.length
      if (size < GATHERED) continue
      const more = target.write(Buffer.concat(gathered))
      gathered = []
      size = 0
      if (!more) await Promise.race([target.drained(), gone])
    }
    // The client has gone, or took too long.
    if (signal.aborted) return stream.destroy()
    target.write(Buffer.concat([...gathered, tail]))
    target.end()
  } catch (e) {
    // The status is sent: all that can be said now is that this is no whole list.
    stream.destroy()
    throw e
  }
}

function plain(stream: ResponseStream): Target {
  return {
    write: (chunk) => stream.write(chunk),
    drained: () => new Promise<void>((drained) => stream.onDrain(drained)),
    end: () => stream.end(),
  }
}

function zipped(stream: ResponseStream, gone: Promise<void>): Target {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED })
  gzip.on('data', (chunk: Buffer) => {
    if (stream.write(chunk)) return
    gzip.pause()
    stream.onDrain(() => gzip.resume())
  })
  gzip.on('end', () => stream.end())
  void gone.then(() => gzip.destroy())
  return {
    write: (chunk) => gzip.write(chunk),
    drained: () => once(gzip, 'drain'),
    end: () => gzip.end(),
  }
}
