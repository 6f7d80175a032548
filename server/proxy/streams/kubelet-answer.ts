import type { IncomingMessage } from 'node:http'

/** A kubelet says why in a line or a Status. */
const MOST = 65_536

/** Why a kubelet does not switch protocols: the message of its Status, or its text. */
export async function messageOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size > MOST) break
    }
  } catch {
    return 'unable to read error from server response'
  }
  const text = Buffer.concat(chunks).toString('utf8').trim()
  try {
    const { kind, message } = JSON.parse(text) as { kind?: unknown; message?: unknown }
    if (kind === 'Status' && typeof message === 'string') return message
  } catch {
    // It is no JSON: the text itself.
  }
  return text
}
