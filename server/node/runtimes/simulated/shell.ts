import { tokenize, type Part, type Token } from './shell-lexer.ts'

/**
 * What a container's command would do, as far as that can be said without running it: a small part of sh (echo, sleep,
 * exit, true, false, :, date, env assignments, `;`, `&&`, `||`, newlines, `while true`/`for x in …` loops, `1>&2`).
 * Anything else is undefined, and the caller keeps the container running until it is stopped.
 */
export type Step =
  | { kind: 'print'; text: string; stderr: boolean }
  | { kind: 'sleep'; ms: number }
  | { kind: 'exit'; code: number }
  /** A program that is not known: taken to run until it is stopped. */
  | { kind: 'opaque'; program: string }

/** `now` is what `date` prints. The steps end at an `exit`, or with the program (status 0). */
export type Program = (env: Readonly<Record<string, string>>, now: () => string) => Generator<Step, void>

interface Shell {
  env: Record<string, string>
  now: () => string
}

const SHELLS = new Set(['sh', 'bash', 'ash', 'dash', '/bin/sh', '/bin/bash', '/bin/ash', '/bin/dash', '/usr/bin/sh', '/usr/bin/bash'])
const MAX_SLEEP_MS = 2 ** 31 - 1

/** The behaviour of argv, or undefined when it is not among what can be simulated. */
export function compile(argv: readonly string[]): Program | undefined {
  const [head, ...rest] = argv
  if (head === undefined) return undefined
  if (SHELLS.has(head)) {
    const script = shellScript(rest)
    return script === undefined ? undefined : compileScript(script)
  }
  return simpleProgram(argv)
}

/** The SCRIPT of `sh -ec SCRIPT`; options other than e, u, x and c are not understood. */
function shellScript(args: readonly string[]): string | undefined {
  for (let i = 0; i < args.length; i++) {
    if (!/^-[eux]*c?$/.test(args[i]!) || args[i] === '-') return undefined
    if (args[i]!.includes('c')) return args[i + 1]
  }
  return undefined
}

function simpleProgram(argv: readonly string[]): Program | undefined {
  if (commandSteps(argv, false) === undefined) return undefined
  return function* () {
    const code = yield* run(argv, false)
    yield { kind: 'exit', code }
  }
}

/** Steps and exit status of one command; undefined for one that is not known. `exit` marks the end of the shell itself. */
function commandSteps(argv: readonly string[], stderr: boolean): { steps: Step[]; code: number; exits: boolean } | undefined {
  const name = argv[0]!.replace(/^\/(usr\/)?bin\//, '')
  const args = argv.slice(1)
  switch (name) {
    case 'true':
    case ':':
      return { steps: [], code: 0, exits: false }
    case 'false':
      return { steps: [], code: 1, exits: false }
    case 'echo': {
      const line = args[0] === '-n' || args[0] === '-e' ? args.slice(1) : args
      return { steps: [{ kind: 'print', text: line.join(' '), stderr }], code: 0, exits: false }
    }
    case 'sleep': {
      const ms =
        args.length === 0 ? undefined : args.map(sleepMs).reduce((a, b) => (a === undefined || b === undefined ? undefined : a + b))
      if (ms === undefined) {
        return { steps: [{ kind: 'print', text: `sleep: invalid time interval '${args.join(' ')}'`, stderr: true }], code: 1, exits: false }
      }
      return { steps: [{ kind: 'sleep', ms: Math.min(ms, MAX_SLEEP_MS) }], code: 0, exits: false }
    }
    case 'exit': {
      const code = args[0] === undefined ? 0 : Number(args[0])
      return Number.isInteger(code) ? { steps: [], code: code & 0xff, exits: true } : { steps: [], code: 2, exits: true }
    }
    default:
      return undefined
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `5`, `0.5s`, `2m`, `1h`, `3d`, `inf`, `infinity` (coreutils sleep) in milliseconds. */
export function sleepMs(text: string): number | undefined {
  if (text === 'inf' || text === 'infinity') return MAX_SLEEP_MS
  const m = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(text)
  return m === null ? undefined : Number(m[1]) * UNIT_MS[m[2]!]!
}

function* run(argv: readonly string[], stderr: boolean): Generator<Step, number> {
  const done = commandSteps(argv, stderr)
  if (done === undefined) {
    yield { kind: 'opaque', program: argv[0]! }
    return 0
  }
  yield* done.steps
  if (done.exits) yield { kind: 'exit', code: done.code }
  return done.code
}

type Node =
  | { kind: 'command'; words: Part[][]; stderr: boolean }
  | { kind: 'list'; items: { node: Node; join: '&&' | '||' | ';' }[] }
  | { kind: 'forever'; body: Node }
  | { kind: 'for'; variable: string; words: Part[][]; body: Node }

export function compileScript(script: string): Program | undefined {
  const tokens = tokenize(script)
  if (tokens === undefined) return undefined
  const parser = new Parser(tokens)
  const list = parser.list(new Set())
  if (list === undefined || !parser.atEnd) return undefined
  return function* (env, now) {
    const code = yield* evaluate(list, { env: { ...env }, now })
    yield { kind: 'exit', code }
  }
}

const literal = (word: Part[] | undefined): string | undefined => (word?.length === 1 && 'text' in word[0]! ? word[0].text : undefined)

const LOOP_CONDITIONS: Readonly<Record<string, readonly string[]>> = { while: ['true', ':', '1'], until: ['false'] }
const UNSUPPORTED = new Set(['if', 'then', 'else', 'fi', 'case', 'esac', 'function', 'do', 'done', 'trap', 'cd', 'export', 'set', 'read'])

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length
  }

  #word(): string | undefined {
    const t = this.#tokens[this.#at]
    return t?.kind === 'word' ? literal(t.parts) : undefined
  }

  #separators(): void {
    for (;;) {
      const t = this.#tokens[this.#at]
      if (t?.kind !== 'op' || (t.op !== ';' && t.op !== '\n')) return
      this.#at++
    }
  }

  /** Commands up to the end or one of `stops`; undefined when there is something that is not understood. */
  list(stops: ReadonlySet<string>): Node | undefined {
    const items: { node: Node; join: '&&' | '||' | ';' }[] = []
    let join: '&&' | '||' | ';' = ';'
    for (;;) {
      if (join === ';') this.#separators()
      const word = this.#word()
      if (this.atEnd || (word !== undefined && stops.has(word))) break
      const node = this.#one()
      if (node === undefined) return undefined
      items.push({ node, join })
      const t = this.#tokens[this.#at]
      join = ';'
      if (t === undefined) break
      if (t.kind !== 'op') return undefined
      if (t.op === '&&' || t.op === '||') join = t.op
      else if (t.op !== ';' && t.op !== '\n') return undefined
      this.#at++
    }
    return join === ';' ? { kind: 'list', items } : undefined
  }

  #one(): Node | undefined {
    const word = this.#word()
    if (word === 'while' || word === 'until') return this.#loop(word)
    if (word === 'for') return this.#for()
    if (word !== undefined && UNSUPPORTED.has(word)) return undefined
    const words: Part[][] = []
    let stderr = false
    for (;;) {
      const t = this.#tokens[this.#at]
      if (t?.kind === 'word') words.push(t.parts)
      else if (t?.kind === 'op' && /^1?>&2$/.test(t.op)) stderr = true
      else if (t?.kind !== 'op' || !/^2>&1$/.test(t.op)) break
      this.#at++
    }
    return words.length === 0 ? undefined : { kind: 'command', words, stderr }
  }

  #loop(word: string): Node | undefined {
    this.#at++
    const condition = this.#word()
    if (condition === undefined || !LOOP_CONDITIONS[word]!.includes(condition)) return undefined
    this.#at++
    const body = this.#body()
    return body === undefined ? undefined : { kind: 'forever', body }
  }

  #for(): Node | undefined {
    this.#at++
    const variable = this.#word()
    this.#at++
    if (variable === undefined || !/^[A-Za-z_]\w*$/.test(variable) || this.#word() !== 'in') return undefined
    this.#at++
    const words: Part[][] = []
    for (let t = this.#tokens[this.#at]; t?.kind === 'word'; t = this.#tokens[++this.#at]) words.push(t.parts)
    const body = this.#body()
    return body === undefined ? undefined : { kind: 'for', variable, words, body }
  }

  #body(): Node | undefined {
    this.#separators()
    if (this.#word() !== 'do') return undefined
    this.#at++
    const body = this.list(new Set(['done']))
    if (body === undefined || this.#word() !== 'done') return undefined
    this.#at++
    return body
  }
}

const expand = (parts: Part[], sh: Shell): string =>
  parts.map((p) => ('text' in p ? p.text : p.variable === '(date)' ? sh.now() : (sh.env[p.variable] ?? ''))).join('')

const MAX_BUSY_ROUNDS = 100

function* evaluate(node: Node, sh: Shell): Generator<Step, number> {
  switch (node.kind) {
    case 'command': {
      const words = node.words.map((w) => expand(w, sh))
      const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[0]!)
      if (assignment !== null && words.length === 1) {
        sh.env[assignment[1]!] = assignment[2]!
        return 0
      }
      const argv = words[0] === 'exec' && words.length > 1 ? words.slice(1) : words
      if (argv[0] === 'date') {
        yield { kind: 'print', text: sh.now(), stderr: node.stderr }
        return 0
      }
      const code = yield* run(argv, node.stderr)
      if (words[0] === 'exec') yield { kind: 'exit', code }
      return code
    }
    case 'list': {
      let code = 0
      for (const { node: item, join } of node.items) {
        if (join === '&&' && code !== 0) continue
        if (join === '||' && code === 0) continue
        code = yield* evaluate(item, sh)
      }
      return code
    }
    case 'for': {
      let code = 0
      for (const word of node.words) {
        sh.env[node.variable] = expand(word, sh)
        code = yield* evaluate(node.body, sh)
      }
      return code
    }
    case 'forever':
      for (let busy = 0; ; busy++) {
        for (const step of evaluate(node.body, sh)) {
          if (step.kind === 'sleep' && step.ms > 0) busy = 0
          yield step
        }
        // A loop that never sleeps would hold this process: it gets a second's rest now and then.
        if (busy >= MAX_BUSY_ROUNDS) {
          yield { kind: 'sleep', ms: 1000 }
          busy = 0
        }
      }
  }
}
