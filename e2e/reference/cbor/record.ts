import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { questions } from './questions.ts'

/**
 * Writes codec.answers.json from Kubernetes' own codec of release 1.37.2, which `oracle/` asks: it needs Go and, the first time,
 * `go mod tidy` there. $CBOR_ORACLE names a program that is built already.
 */
const oracle = join(import.meta.dirname, 'oracle')
const { CBOR_ORACLE = '' } = process.env
const asked = questions()
const input = asked.map((q) => JSON.stringify(q)).join('\n')
const options = { cwd: oracle, input, maxBuffer: 2 ** 28, encoding: 'utf8' } as const
const answers = (CBOR_ORACLE === '' ? execFileSync('go', ['run', '.'], options) : execFileSync(CBOR_ORACLE, options)).trim().split('\n')
// Numbers stay as they are spelled.
const lines = asked.map((q, i) => `[${JSON.stringify(q)},${answers[i]}]`)
writeFileSync(join(import.meta.dirname, 'codec.answers.json'), `[\n${lines.join(',\n')}\n]\n`)
