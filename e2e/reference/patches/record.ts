import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { objects, patchCases, paths } from './patch-cases.ts'
import { type Answer, play, type Request } from './play.ts'
import { strategicCases } from './strategic-cases.ts'

/**
 * Writes strategic.answers.json and patches.answers.json from a running kube-apiserver: $REFERENCE_URL and $REFERENCE_TOKEN, with
 * NODE_TLS_REJECT_UNAUTHORIZED=0.
 */
const { REFERENCE_URL = '', REFERENCE_TOKEN = '' } = process.env

async function send({ method, path, contentType, body }: Request): Promise<Answer> {
  const headers = { authorization: `Bearer ${REFERENCE_TOKEN}`, accept: 'application/json', 'content-type': contentType }
  const request = { method, headers, ...(body === '' && method === 'DELETE' ? {} : { body }) }
  const answer = await fetch(REFERENCE_URL + path, request).catch(() => undefined)
  // A handler that panics closes the connection.
  if (answer === undefined) return { status: 0, warnings: [], body: {} }
  const warnings = [...(answer.headers.get('warning') ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]!)
  return { status: answer.status, warnings, body: await answer.json() }
}

interface Deployment {
  message?: string
  metadata: { labels?: unknown; annotations?: unknown; finalizers?: unknown }
  spec?: unknown
}

const contentType = 'application/json'
for (const [path, body] of objects) await send({ method: 'POST', path, contentType, body: JSON.stringify(body) })
const strategic: Record<string, unknown> = {}
for (const c of strategicCases) {
  const body = JSON.stringify(c.patch)
  const path = `${paths.deployment}?dryRun=All`
  const answer = await send({ method: 'PATCH', path, contentType: 'application/strategic-merge-patch+json', body })
  const { message, metadata, spec } = answer.body as Deployment
  const { labels, annotations, finalizers } = metadata
  const code = answer.status
  strategic[c.name] = code < 400 ? { code, labels, annotations, finalizers, spec } : { code, message }
}
const patches: Record<string, unknown> = {}
for (const c of patchCases) patches[c.name] = await play(c, send)
const merge = 'application/merge-patch+json'
await send({ method: 'PATCH', path: paths.deployment, contentType: merge, body: '{"metadata":{"finalizers":null}}' })
for (const path of [paths.deployment, paths.configMap, paths.revision]) await send({ method: 'DELETE', path, contentType, body: '' })

function write(name: string, facts: object): void {
  const lines = Object.entries(facts).map(([key, fact]) => `${JSON.stringify(key)}: ${JSON.stringify(fact)}`)
  writeFileSync(join(import.meta.dirname, name), `{\n${lines.join(',\n')}\n}\n`)
}
write('strategic.answers.json', strategic)
write('patches.answers.json', patches)
