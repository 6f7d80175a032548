import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NAMESPACE, play, type Json, type Outcome, type Send } from './case.ts'
import { objectCases } from './index.ts'
import { ruleCases } from './rules.ts'
import { playReview, reviewCases, type ReviewOutcome } from './reviews.ts'

/**
 * Plays every case against a reference kube-apiserver (REFERENCE_URL, REFERENCE_TOKEN) and writes what came of it beside this file.
 *   NODE_TLS_REJECT_UNAUTHORIZED=0 node server/registry/testing/calls/record.ts
 */
const { REFERENCE_URL = '', REFERENCE_TOKEN = '' } = process.env

const send: Send = async (method, path, body, headers = {}) => {
  const answer = await fetch(REFERENCE_URL + path, {
    method,
    headers: { authorization: `Bearer ${REFERENCE_TOKEN}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { code: answer.status, body: (await answer.json()) as Json }
}

await send('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
for (const [file, cases] of [
  ['facts-calls.json', objectCases],
  ['facts-rules.json', ruleCases],
] as const) {
  const outcomes: Outcome[] = []
  for (const c of cases) outcomes.push(await play(c, send))
  writeFileSync(join(import.meta.dirname, file), `[\n${outcomes.map((o) => JSON.stringify(o)).join(',\n')}\n]\n`)
  process.stdout.write(`${outcomes.length} outcomes, ${outcomes.filter((o) => o.code >= 300).length} of them refusals\n`)
}

await send('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'reviewed' } })
const reviews: ReviewOutcome[] = []
for (const c of reviewCases) reviews.push(await playReview(c, send))
writeFileSync(join(import.meta.dirname, 'facts-reviews.json'), `[\n${reviews.map((r) => JSON.stringify(r)).join(',\n')}\n]\n`)
process.stdout.write(`${reviews.length} reviews\n`)
