import type { ExchangeHandler } from '../../exchange.ts'
import { errorCode, frameType } from '../constants.ts'
import { Wire, type Frame } from './wire.ts'

/** A case of h2spec as tools/h2spec records it: what its client sent on each of its connections, piece by piece, and what came of it. */
export interface RecordedCase {
  readonly id: string
  readonly title: string
  readonly connections: readonly RecordedConnection[]
}

interface RecordedConnection {
  /** In base64. Before the next piece the client waited for the answer to this one. */
  readonly sent: readonly string[]
  readonly answered: readonly string[]
}

/** What the cases ask: everything is answered but `/hang`. */
export const caseHandler: ExchangeHandler = async (x) => {
  if (x.path === '/hang') return
  try {
    await x.readBody(1_000_000)
  } catch {
    return
  }
  x.respond(200, { 'content-type': 'text/plain' }, Buffer.from('ok\n'))
}

/** What a connection answers to these pieces, a line a frame. */
export async function replay(sent: readonly string[]): Promise<string[]> {
  const wire = new Wire(caseHandler)
  const lines: string[] = []
  for (const piece of sent) {
    wire.send(Buffer.from(piece, 'base64'))
    for (const frame of await wire.frames()) lines.push(lineOf(frame))
  }
  if (wire.ended) lines.push('end')
  for (const e of wire.errors) lines.push(`fault: ${String(e)}`)
  return lines
}

const nameIn = (names: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(names).find((name) => names[name] === value) ?? String(value)

function lineOf({ type, flags, id, payload }: Frame): string {
  const head = `${nameIn(frameType, type)} stream ${id} flags ${flags}`
  if (type === frameType.rstStream) return `${head} ${nameIn(errorCode, payload.readUInt32BE(0))}`
  if (type === frameType.goaway) return `${head} ${nameIn(errorCode, payload.readUInt32BE(4))}`
  return type === frameType.data ? `${head} ${payload.length} bytes` : head
}
