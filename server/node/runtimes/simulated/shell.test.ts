import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tokenize } from './shell-lexer.ts'
import { compile, sleepMs, type Step } from './shell.ts'

const text = (steps: Step[]): string[] =>
  steps.map((s) =>
    s.kind === 'print'
      ? `${s.stderr ? '2' : '1'}:${s.text}`
      : s.kind === 'sleep'
        ? `sleep ${s.ms}`
        : s.kind === 'exit'
          ? `exit ${s.code}`
          : `? ${s.program}`,
  )

function run(argv: string[], env: Record<string, string> = {}, limit = 50): string[] | undefined {
  const program = compile(argv)
  if (program === undefined) return undefined
  const steps: Step[] = []
  for (const step of program(env, () => 'NOW')) {
    steps.push(step)
    if (step.kind === 'exit' || step.kind === 'opaque' || steps.length >= limit) break
  }
  return text(steps)
}
const sh = (script: string, env = {}, limit = 50): string[] | undefined => run(['sh', '-c', script], env, limit)

describe('simulated shell', () => {
  test.for([
    [
      ['echo', 'hi', 'there'],
      ['1:hi there', 'exit 0'],
    ],
    [
      ['sleep', '5'],
      ['sleep 5000', 'exit 0'],
    ],
    [
      ['/bin/sleep', '1m', '1s'],
      ['sleep 61000', 'exit 0'],
    ],
    [
      ['sleep', 'x'],
      ["2:sleep: invalid time interval 'x'", 'exit 1'],
    ],
    [['false'], ['exit 1']],
    [['exit', '4'], ['exit 4']],
    [
      ['/bin/sh', '-ec', 'echo a'],
      ['1:a', 'exit 0'],
    ],
  ] as const)('%j', ([argv, steps]) => {
    expect(run([...argv])).toEqual(steps)
  })

  test.for([
    ['exit 3', ['exit 3']],
    ['true && echo yes || echo no', ['1:yes', 'exit 0']],
    ['false && echo yes || echo no', ['1:no', 'exit 0']],
    ['false\necho after', ['1:after', 'exit 0']],
    ['echo a >&2; exit 1 # comment; echo b', ['2:a', 'exit 1']],
    ['X=world; echo "hello $X" \'$X\' ${X}s \\$X', ['1:hello world $X worlds $X', 'exit 0']],
    ['echo $(date)', ['1:NOW', 'exit 0']],
    ['for i in 1 2; do echo $i; sleep 1; done', ['1:1', 'sleep 1000', '1:2', 'sleep 1000', 'exit 0']],
    ['echo a; nginx -g x; echo b', ['1:a', '? nginx']],
    ['exec sleep 1', ['sleep 1000', 'exit 0']],
    ['', ['exit 0']],
  ] as const)('sh -c %j', ([script, steps]) => {
    expect(sh(script)).toEqual(steps)
  })

  test('an endless loop goes on, and one that never sleeps is given rests', () => {
    expect(sh('while true; do date; sleep 2; done', {}, 5)).toEqual(['1:NOW', 'sleep 2000', '1:NOW', 'sleep 2000', '1:NOW'])
    expect(sh('while :; do true; done', {}, 2)).toEqual(['sleep 1000', 'sleep 1000'])
  })

  test.for([
    'if true; then echo x; fi',
    'echo `id`',
    'echo $(id)',
    'a | b',
    'echo a &',
    'echo a &&',
    'trap x TERM; sleep 1',
    'echo "open',
    'x > y',
  ])('not understood: %j', (script) => {
    expect(sh(script)).toBeUndefined()
  })

  test('any text compiles or is refused, and never throws', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('echo', ';', '&&', '||', '$', '"', "'", '\\', 'while true; do ', ' done', 'for i in ', '`', '1>&2'),
    )
    let stepped = 0
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const program = compile(['sh', '-c', pieces.join('')])
        if (program === undefined) return
        let n = 0
        for (const step of program({}, () => '')) {
          expect(['print', 'sleep', 'exit', 'opaque']).toContain(step.kind)
          if (step.kind === 'exit' || ++n > 500) break
          stepped++
        }
      }),
    )
    // Not everything is refused.
    expect(stepped).toBeGreaterThan(0)
  })

  test('single quotes keep every character', () => {
    fc.assert(
      fc.property(fc.string(), (s) => {
        const quoted = `'${s.replaceAll("'", `'\\''`)}'`
        const tokens = tokenize(quoted)!
        const words = tokens.map((t) => (t.kind === 'word' ? t.parts.map((p) => ('text' in p ? p.text : '')).join('') : ''))
        expect(words).toEqual([s])
      }),
    )
  })

  test('sleep durations', () => {
    expect(sleepMs('0.5')).toBe(500)
    expect(sleepMs('2h')).toBe(7_200_000)
    expect(sleepMs('infinity')).toBe(2 ** 31 - 1)
    expect(sleepMs('-1')).toBeUndefined()
    expect(sleepMs('1x')).toBeUndefined()
  })
})
