import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { definitionCases } from './definition-cases.ts'
import { expressions } from './expressions.ts'
import { ruleCases } from './rule-cases.ts'

/**
 * Writes *.answers.json from Kubernetes' own library of release 1.37.2, which `oracle/` asks: it needs Go and, the first time,
 * `go mod tidy` there.
 */
const oracle = join(import.meta.dirname, 'oracle')

function ask(cases: readonly object[]): Record<string, unknown>[] {
  const input = cases.map((c) => JSON.stringify(c)).join('\n')
  const out = execFileSync('go', ['run', '.'], { cwd: oracle, input, maxBuffer: 2 ** 28, encoding: 'utf8' })
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>) // prettier-ignore
}

const write = (name: string, facts: unknown): void =>
  writeFileSync(join(import.meta.dirname, name), `${JSON.stringify(facts, undefined, 1)}\n`)

const rules = ruleCases.flatMap(({ name, schema, root = false, values }) =>
  values.map(([self, old], i) => ({ name: `${name} ${i}`, mode: 'rules', expr: name, schema, root, self, old })),
)
const answers = ask(rules)
write(
  'rules.answers.json',
  Object.fromEntries(rules.map(({ name }, i) => [name, { errors: answers[i]!['errors'] ?? [], left: answers[i]!['left'] ?? 0 }])),
) // prettier-ignore

const definitions = ask(definitionCases.map(([name, schema]) => ({ mode: 'define', expr: name, schema })))
write('definitions.answers.json', Object.fromEntries(definitionCases.map(([name], i) => [name, definitions[i]!['errors'] ?? []])))

const values = ask(expressions.map(([, expr]) => ({ expr })))
write('expressions.answers.json', Object.fromEntries(expressions.map(([, expr], i) => [expr, values[i]])))
