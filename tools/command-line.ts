import { parseArgs } from 'node:util'

/** An option of one of these commands. One without a default may be absent; a boolean is false unless given. */
export type Option =
  | { readonly type: 'string'; readonly default?: string; readonly help: string }
  | { readonly type: 'number'; readonly default?: number; readonly help: string }
  | { readonly type: 'boolean'; readonly help: string }
export type Options = Readonly<Record<string, Option>>

interface Kinds {
  string: string
  number: number
  boolean: boolean
}
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends { type: 'boolean' } | { default: string | number }
    ? Kinds[O[K]['type']]
    : Kinds[O[K]['type']] | undefined
}

/** Why a command line is not understood, in a sentence for whoever typed it. */
export class UsageError extends Error {}

export interface Parsed<O extends Options> {
  readonly values: Values<O>
  readonly positionals: readonly string[]
}

/** @throws UsageError for what is not among the options, lacks its value or is no number */
export function parse<const O extends Options>(options: O, args: readonly string[], allowPositionals = false): Parsed<O> {
  const known = Object.fromEntries(
    Object.entries(options).map(([name, { type }]) => [name, { type: type === 'boolean' ? ('boolean' as const) : ('string' as const) }]),
  )
  const { values, positionals } = (() => {
    try {
      return parseArgs({ args: [...args], options: known, allowPositionals })
    } catch (e) {
      // Node explains at length how to write an argument that begins with a dash; the first sentence says what is wrong.
      throw new UsageError((e as Error).message.split('. ')[0])
    }
  })()
  const out = Object.entries(options).map(([name, option]) => [name, valueOf(name, option, values[name])])
  return { values: Object.fromEntries(out) as Values<O>, positionals }
}

function valueOf(name: string, option: Option, given: string | boolean | undefined): string | number | boolean | undefined {
  if (option.type === 'boolean') return given === true
  if (typeof given !== 'string') return option.default
  if (option.type === 'string') return given
  const number = given.trim() === '' ? Number.NaN : Number(given)
  if (!Number.isFinite(number)) throw new UsageError(`--${name} takes a number, and ${JSON.stringify(given)} is none`)
  return number
}

/** What `--help` prints. */
export function helpText(about: string, options: Options): string {
  const rows = Object.entries(options).map(([name, o]) => {
    const shown = o.type !== 'boolean' && o.default !== undefined && o.default !== '' ? ` (${o.default})` : ''
    return [`--${name}${o.type === 'boolean' ? '' : ` ${o.type === 'number' ? 'N' : 'TEXT'}`}`, `${o.help}${shown}`] as const
  })
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return `${about}\n\n${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('')}`
}

/** The options that this process was started with. `--help` and what is not understood end it, the latter with 2. */
export function commandLine<const O extends Options>(about: string, options: O, allowPositionals = false): Parsed<O> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) {
    process.stdout.write(helpText(about, options))
    process.exit(0)
  }
  try {
    return parse(options, args, allowPositionals)
  } catch (e) {
    if (!(e instanceof UsageError)) throw e
    process.stderr.write(`${e.message}. --help lists what there is.\n`)
    process.exit(2)
  }
}
