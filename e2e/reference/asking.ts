/** How recorders ask the kube-apiserver of $REFERENCE_URL and $REFERENCE_TOKEN, and how answers are kept. */
import { writeFileSync } from 'node:fs'
import { request } from 'node:https'

type Json = Record<string, unknown>

export interface Told {
  status: number
  warnings: string[]
  /** What is no JSON is its message. */
  body: Json
}

/**
 * @param body an object, or the text as it is sent
 * @throws Error when the connection ends without an answer
 */
export function askReference(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Told> {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  const own = {
    ...{ authorization: `Bearer ${process.env.REFERENCE_TOKEN}`, accept: 'application/json', 'content-type': 'application/json' },
    ...headers,
    // Stated, since Node sends a DELETE with a body of unknown length in a form that Go refuses.
    'content-length': Buffer.byteLength(text),
  }
  return new Promise((resolve, reject) => {
    const req = request(new URL(path, process.env.REFERENCE_URL), { method, headers: own, rejectUnauthorized: false }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (c: Buffer) => chunks.push(c))
      res.on('end', () => {
        const warnings = (res.headersDistinct.warning ?? []).map((w) => JSON.parse(w.replace(/^299 - /, '')) as string)
        resolve({ status: res.statusCode ?? 0, warnings, body: parsed(Buffer.concat(chunks).toString()) })
      })
      res.on('error', reject)
    })
    req.on('error', reject)
    req.end(text)
  })
}

function parsed(text: string): Json {
  if (text === '') return {}
  return text.startsWith('{') ? (JSON.parse(text) as Json) : { message: text }
}

/** One answer a line, so that a change shows as one. */
export function writeAnswers(file: URL, answers: readonly unknown[] | Readonly<Record<string, unknown>>): void {
  const lines = Array.isArray(answers)
    ? answers.map((answer) => JSON.stringify(answer))
    : Object.entries(answers).map(([name, answer]) => `${JSON.stringify(name)}: ${JSON.stringify(answer)}`)
  const [open, close] = Array.isArray(answers) ? '[]' : '{}'
  writeFileSync(file, `${open}\n${lines.join(',\n')}\n${close}\n`)
}
