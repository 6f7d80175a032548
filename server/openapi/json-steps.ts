import { escapeJson, escapeSeparators } from '../machinery/json-escape.ts'
import type { Json } from './schemas.ts'
import type { Steps } from './steps.ts'

/** Characters that become bytes at once. */
const PIECE = 64 * 1024

/**
 * The text of a document, in UTF-8, with what Go always escapes, and with what it escapes for HTML where `html` says so: an entry of its large maps (`paths`, `definitions`, `components.schemas`) a step.
 */
export function* jsonSteps(document: Json, html: boolean): Steps<Buffer> {
  const escape = html ? escapeJson : escapeSeparators
  const pieces: Buffer[] = []
  let open = ''
  yield* write(document, 2, (text) => {
    open += text
    if (open.length < PIECE) return
    pieces.push(Buffer.from(escape(open)))
    open = ''
  })
  return Buffer.concat([...pieces, Buffer.from(escape(open))])
}

function* write(value: unknown, depth: number, out: (text: string) => void): Steps<void> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth < 0) {
    out(JSON.stringify(value))
    yield
    return
  }
  let before = '{'
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue
    out(`${before}${JSON.stringify(key)}:`)
    yield* write(item, depth - 1, out)
    before = ','
  }
  out(before === '{' ? '{}' : '}')
}
