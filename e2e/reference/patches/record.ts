import { askReference, writeAnswers } from '../asking.ts'
import { objects, patchCases, paths } from './patch-cases.ts'
import { type Answer, play, type Request } from './play.ts'
import { strategicCases } from './strategic-cases.ts'

/**
 * Writes strategic.answers.json and patches.answers.json from a running kube-apiserver: $REFERENCE_URL and $REFERENCE_TOKEN.
 */
// A handler that panics closes the connection.
const send = ({ method, path, contentType, body }: Request): Promise<Answer> =>
  askReference(method, path, body, { 'content-type': contentType }).catch(() => ({ status: 0, warnings: [], body: {} }))

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

writeAnswers(new URL('strategic.answers.json', import.meta.url), strategic)
writeAnswers(new URL('patches.answers.json', import.meta.url), patches)
