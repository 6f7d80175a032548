import { isStandardIdentity, joinedIdentity } from '../machinery/identity-headers.ts'
import { Readable } from 'node:stream'
import type { Transport } from '../client/transport.ts'
import { Slice } from '../machinery/slice.ts'
import { connectError, GatewayError } from './errors.ts'
import type { Upstream, UpstreamRequest, UpstreamResponse } from './contract.ts'

// A little over the API server's own limit of 3 MiB, so that it is the one to refuse.
const MAX_BODY = 4 * 1024 * 1024

/** The API server of this process, without a socket between. */
export class LocalUpstream implements Upstream {
  readonly server = undefined
  readonly connection = undefined
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async send(req: UpstreamRequest): Promise<UpstreamResponse> {
    // Names may contain commas: the server takes these as it makes them of several headers (machinery/identity-headers.ts).
    const headers = Object.fromEntries(
      Object.entries(req.headers).map(([k, v]) => [k, Array.isArray(v) ? (isStandardIdentity(k) ? joinedIdentity(v) : v.join(', ')) : v]),
    )
    const body = req.body === undefined ? undefined : await collect(req.body)
    try {
      const answer = await this.#transport.stream({ method: req.method, path: req.path, headers, body, signal: req.signal })
      return { status: answer.status, headers: answer.headers, body: Readable.from(takingTurns(answer.body), { objectMode: false }) }
    } catch (e) {
      throw connectError('the local control plane', e)
    }
  }

  async close(): Promise<void> {}
}

/**
 * Without a socket between nothing waits for anything: a list of tens of thousands of objects would come in one go, and until its end
 * nobody else in this process would have a turn, the window's other watches first of all.
 */
async function* takingTurns(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const slice = new Slice()
  for await (const chunk of body) {
    if (slice.over) await slice.next()
    yield chunk
  }
}

async function collect(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_BODY) throw new GatewayError('TooLarge', `the request is larger than ${MAX_BODY} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}
