import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { base, strategicCases } from './strategic-cases.ts'

/** Writes facts-strategic.json from a running kube-apiserver: $REFERENCE_URL and $REFERENCE_TOKEN, with NODE_TLS_REJECT_UNAUTHORIZED=0. */
const { REFERENCE_URL = '', REFERENCE_TOKEN = '' } = process.env
const headers = { authorization: `Bearer ${REFERENCE_TOKEN}`, accept: 'application/json' }
const all = `${REFERENCE_URL}/apis/apps/v1/namespaces/default/deployments`

interface Answer {
  message?: string
  metadata: { labels?: unknown; annotations?: unknown; finalizers?: unknown }
  spec?: unknown
}

await fetch(all, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(base) })
const facts: Record<string, unknown> = {}
for (const c of strategicCases) {
  const answer = await fetch(`${all}/d?dryRun=All`, {
    method: 'PATCH',
    headers: { ...headers, 'content-type': 'application/strategic-merge-patch+json' },
    body: JSON.stringify(c.patch),
  })
  const { message, metadata, spec } = (await answer.json()) as Answer
  const { labels, annotations, finalizers } = metadata
  facts[c.name] = answer.ok ? { code: answer.status, labels, annotations, finalizers, spec } : { code: answer.status, message }
}
await fetch(`${all}/d`, {
  method: 'PATCH',
  headers: { ...headers, 'content-type': 'application/merge-patch+json' },
  body: '{"metadata":{"finalizers":null}}',
})
await fetch(`${all}/d`, { method: 'DELETE', headers })
const lines = Object.entries(facts).map(([name, fact]) => `${JSON.stringify(name)}: ${JSON.stringify(fact)}`)
writeFileSync(join(import.meta.dirname, 'facts-strategic.json'), `{\n${lines.join(',\n')}\n}\n`)
