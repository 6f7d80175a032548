import { askReference, writeAnswers } from '../asking.ts'
import { NAMESPACE, play, recordingOf, type Outcome, type Send } from './case.ts'
import { certificateCases } from './certificates.ts'
import { objectCases } from './index.ts'
import { policyCases } from './policies.ts'
import { ruleCases } from './rules.ts'
import { playReview, reviewCases, type ReviewOutcome } from './reviews.ts'

/**
 * Plays every case against a reference kube-apiserver with NodeRestriction on (REFERENCE_URL, REFERENCE_TOKEN) and writes what came of it
 * beside this file.
 *   node e2e/reference/calls/record.ts [FILE...]
 * Named files alone are written.
 */
const wanted = process.argv.slice(2)
const isWanted = (file: string): boolean => wanted.length === 0 || wanted.includes(file)

const send: Send = async (method, path, body, headers) => {
  const { status, body: answered } = await askReference(method, path, body, headers)
  return { code: status, body: answered }
}

function write(file: string, at: number, answers: readonly unknown[]): void {
  writeAnswers(new URL(file, import.meta.url), recordingOf(at, answers))
}

await send('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
for (const [file, cases] of [
  ['calls.answers.json', objectCases],
  ['rules.answers.json', ruleCases],
  ['certificates.answers.json', certificateCases],
  ['policies.answers.json', policyCases],
] as const) {
  if (!isWanted(file)) continue
  const outcomes: Outcome[] = []
  const at = Date.now()
  for (const c of cases) outcomes.push(await play(c, send))
  write(file, at, outcomes)
  process.stdout.write(`${outcomes.length} outcomes, ${outcomes.filter((o) => o.code >= 300).length} of them refusals\n`)
}

if (!isWanted('reviews.answers.json')) process.exit()
await send('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'reviewed' } })
const reviews: ReviewOutcome[] = []
const reviewedAt = Date.now()
for (const c of reviewCases) reviews.push(await playReview(c, send))
write('reviews.answers.json', reviewedAt, reviews)
process.stdout.write(`${reviews.length} reviews\n`)
