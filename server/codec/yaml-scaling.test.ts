import { growth } from '../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import { YamlError, yamlDocuments, yamlToJson } from './yaml-read.ts'

const list = (n: number, one: (i: number) => string, separator = ','): string => Array.from({ length: n }, (_, i) => one(i)).join(separator)

function read(text: string): void {
  try {
    yamlToJson(text)
  } catch (e) {
    if (!(e instanceof YamlError)) throw e
  }
}

test.each([
  ['items', (n: number) => '- a\n'.repeat(n)],
  ['items of a flow list', (n: number) => `[${list(n, () => '0')}]`],
  ['different keys', (n: number) => list(n, (i) => `k${i}: 1`, '\n')],
  ['equal keys', (n: number) => list(n, () => 'k: 1', '\n')],
  ['equal keys of a flow map', (n: number) => `{${list(n, () => 'k: 1')}}`],
  ['aliases', (n: number) => `a: &a 1\nb: [${list(n, () => '*a')}]`],
  ['anchors with their aliases', (n: number) => list(n, (i) => `- &a${i} x\n- *a${i}`, '\n')],
  ['anchors of one name', (n: number) => list(n, () => '- &a x\n- *a', '\n')],
  ['merges', (n: number) => `z: &z {a: 1}\nb: [${list(n, () => '{<<: *z}')}]`],
  ['merges into one map', (n: number) => `z: &z {a: 1}\nb: {${list(n, () => '<<: *z')}}`],
  ['keys of a merged map', (n: number) => `z: &z {${list(n, (i) => `k${i}: 1`)}}\nb: {<<: *z}`],
  ['unknown anchors', (n: number) => list(n, () => '- *a', '\n')],
  ['faults', (n: number) => list(n, () => '- "\\q"', '\n')],
  ['faults in one line', (n: number) => `[${list(n, () => '"\\q"')}]`],
  ['closing brackets', (n: number) => ']'.repeat(n)],
  ['comments', (n: number) => '# c\n'.repeat(n)],
  ['comments behind items', (n: number) => '- a # c\n'.repeat(n)],
  ['blank lines', (n: number) => `a: |\n${'\n'.repeat(n)}`],
  ['lines of a block scalar', (n: number) => `a: |\n${'  x\n'.repeat(n)}`],
  ['lines of a folded scalar', (n: number) => `a: >\n${'  x\n'.repeat(n)}`],
  ['lines of a plain scalar', (n: number) => `a:\n${'  x\n'.repeat(n)}`],
  ['lines of a quoted scalar', (n: number) => `a: "${'  x\n'.repeat(n)}"`],
  ['escapes', (n: number) => `a: "${'\\n'.repeat(n)}"`],
  ['quotes', (n: number) => `a: '${"''".repeat(n)}'`],
  ['documents after the first', (n: number) => `a: 1\n${'---\nb: 2\n'.repeat(n)}`],
  ['directives', (n: number) => `${'%FOO bar\n'.repeat(n)}---\na: 1`],
  ['tags', (n: number) => list(n, () => '- !foo x', '\n')],
  ['levels of flow lists', (n: number) => '['.repeat(n / 10) + ']'.repeat(n / 10) + ' '.repeat(n)],
  ['explicit keys', (n: number) => '? a\n'.repeat(n)],
  ['colons', (n: number) => `a: ${'x:'.repeat(n)}`],
  ['blanks', (n: number) => `a:${' '.repeat(n)}b`],
])('a document of twice as many %s takes twice as long', (_, make) => {
  expect(growth(300, make, read)).toBeLessThan(2.4)
})

test('a stream of twice as many documents takes twice as long', () => {
  expect(growth(200, (n) => '---\na: &a 1\nb: *a\n'.repeat(n), yamlDocuments)).toBeLessThan(2.3)
})
