import { apis, type ApiOptions } from './apis.ts'
import { admission, type AdmissionOptions } from './admission.ts'
import { authentication, type AuthenticationOptions } from './authentication.ts'
import { authorization, type AuthorizationOptions } from './authorization.ts'
import { credentials, type CredentialOptions } from './credentials.ts'
import { closedGates, features, type FeatureOptions } from './features.ts'
import { FlagValueError, parsers, showDefault, showValue, type Family, type FlagType } from './flag.ts'
import { withoutEffect } from './known.ts'
import { kubelets, type KubeletOptions } from './kubelets.ts'
import { limits, type LimitOptions } from './limits.ts'
import { local, type LocalOptions } from './local.ts'
import { loops, type LoopOptions } from './loops.ts'
import { network, type NetworkOptions } from './network.ts'
import { serving, type ServingOptions } from './serving.ts'
import { storage, type StorageOptions } from './storage.ts'
import { tls, type TlsOptions } from './tls.ts'
import { parseVersionFlag, type VersionWish } from './version-flag.ts'

export interface Options {
  serving: ServingOptions
  tls: TlsOptions
  storage: StorageOptions
  network: NetworkOptions
  authentication: AuthenticationOptions
  authorization: AuthorizationOptions
  admission: AdmissionOptions
  apis: ApiOptions
  features: FeatureOptions
  credentials: CredentialOptions
  kubelets: KubeletOptions
  limits: LimitOptions
  loops: LoopOptions
  local: LocalOptions
}

/**
 * `text`: what --help or --version asked for. `warnings` are for the log; `given` names the flags that the command line has; `version` is
 * there when another one is to be reported.
 */
export type ParseResult =
  | { options: Options; warnings: string[]; given: ReadonlySet<string>; version?: string }
  | { errors: string[] }
  | { text: string }

export interface Program {
  readonly name: string
  /** As in `v1.37.2`. */
  readonly release: string
  /** What --version and --version=raw print. */
  readonly version: { readonly text: string; readonly raw: string }
  /** Where its defaults are others. */
  readonly defaults?: { readonly [K in keyof Options]?: Partial<Options[K]> }
}

type Values = Record<string, unknown>
interface Flag {
  readonly name: string
  readonly type: FlagType
  readonly family: keyof Options
  readonly field: string
  readonly help: string
  readonly shorthand: string
  readonly fallback: unknown
}

const families: { readonly [K in keyof Options]: Family<Options[K]> } = {
  serving,
  tls,
  storage,
  network,
  authentication,
  authorization,
  admission,
  apis,
  features,
  credentials,
  kubelets,
  limits,
  loops,
  local,
}
const familyNames = Object.keys(families) as (keyof Options)[]

const allFlags: readonly Flag[] = familyNames.flatMap((family) => {
  const { flags, defaults } = families[family] as Family<object>
  return Object.entries(flags as Record<string, { field: string; type: FlagType; help: string; shorthand?: string }>).map(
    ([name, { field, type, help, shorthand = '' }]) => ({
      name,
      type,
      family,
      field,
      help,
      shorthand,
      fallback: (defaults as Values)[field],
    }),
  )
})
const byName = new Map(allFlags.map((flag) => [flag.name, flag]))
const byShorthand = new Map(allFlags.filter((f) => f.shorthand !== '').map((flag) => [flag.shorthand, flag]))

class UsageError extends Error {}

/**
 * Reads the command line as kube-apiserver does (spf13/pflag): `--name value`, `--name=value`, `-v3`, underscores for dashes,
 * lists that add up over repeated flags. Syntax errors end at the first, values are all checked; messages are pflag's.
 */
export function parseOptions(argv: readonly string[], program: Program): ParseResult {
  const defaults = Object.fromEntries(familyNames.map((f) => [f, { ...families[f].defaults, ...program.defaults?.[f] }]))
  const options = structuredClone(defaults) as unknown as Options
  const warnings: string[] = []
  const seen = new Set<string>()
  let wish: VersionWish
  try {
    for (const { name, value, shown } of read(argv, program)) {
      if (name === 'help') return { text: helpText(program) }
      if (name === 'version') {
        wish = valueOf((text) => parseVersionFlag(text, program.release), value, shown)
        continue
      }
      const flag = byName.get(name)
      if (flag === undefined) {
        const { type, why } = withoutEffect.get(name)!
        parse(type, value, shown)
        if (!seen.has(name)) warnings.push(`--${name} has no effect: ${why}`)
      } else set(options, flag, value, shown, seen.has(name))
      seen.add(name)
    }
  } catch (e) {
    if (e instanceof UsageError) return { errors: [e.message] }
    throw e
  }
  if (wish !== undefined && 'print' in wish) return { text: `${program.version[wish.print]}\n` }
  const errors = [...familyNames.flatMap((f) => (families[f] as Family<object>).validate(options[f], seen)), ...gateErrors(options)]
  if (errors.length > 0) return { errors }
  for (const f of familyNames) warnings.push(...((families[f] as Family<object>).warnings?.(options[f], seen) ?? []))
  return { options, warnings, given: seen, ...(wish === undefined ? {} : { version: wish.report }) }
}

/** Flags that a closed gate refuses. */
function gateErrors({ authentication, features }: Options): string[] {
  if (authentication.requestHeaderUidHeaders.length === 0 || !closedGates(features).has('RemoteRequestHeaderUID')) return []
  return ['--requestheader-uid-headers requires the "RemoteRequestHeaderUID" feature to be enabled']
}

/** All flags that this server has, with their values as Go's flags print them. */
export const flagTexts = (options: Options): Record<string, string> =>
  Object.fromEntries(
    allFlags.map(({ name, type, family, field }) => [name, showValue(type, (options[family] as unknown as Values)[field])]),
  )

interface Argument {
  readonly name: string
  readonly value: string
  /** The flag as it is named in messages. */
  readonly shown: string
}

function* read(argv: readonly string[], program: Program): Generator<Argument> {
  const positional: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!
    if (arg === '--') {
      positional.push(...argv.slice(i + 1))
      break
    }
    if (!arg.startsWith('-') || arg === '-') {
      positional.push(arg)
      continue
    }
    const long = arg.startsWith('--')
    const { name, given, shown } = long ? longFlag(arg) : shortFlag(arg)
    if (given !== undefined) yield { name, value: given, shown }
    else if (isBoolean(name)) yield { name, value: 'true', shown }
    else {
      const next = argv[++i]
      if (next === undefined) throw new UsageError(`flag needs an argument: ${long ? `--${name}` : `'${name}' in ${arg}`}`)
      yield { name, value: next, shown }
    }
  }
  if (positional.length > 0) {
    throw new UsageError(
      `${JSON.stringify(program.name)} does not take any arguments, got [${positional.map((p) => JSON.stringify(p)).join(' ')}]`,
    )
  }
}

const isBoolean = (name: string): boolean =>
  name === 'help' || name === 'version' || (byName.get(name) ?? withoutEffect.get(name))?.type === 'bool'

interface Named {
  name: string
  given: string | undefined
  shown: string
}

function longFlag(arg: string): Named {
  const equals = arg.indexOf('=')
  const raw = arg.slice(2, equals < 0 ? undefined : equals)
  const name = raw.replaceAll('_', '-')
  if (raw === '' || raw.startsWith('-')) throw new UsageError(`bad flag syntax: ${arg}`)
  const known = name === 'help' || name === 'version' || byName.has(name) || withoutEffect.has(name)
  if (!known) throw new UsageError(`unknown flag: --${raw}`)
  return { name, given: equals < 0 ? undefined : arg.slice(equals + 1), shown: `--${name}` }
}

function shortFlag(arg: string): Named {
  const letter = arg[1]!
  if (letter === 'h') return { name: 'help', given: '', shown: '-h, --help' }
  const flag = byShorthand.get(letter)
  if (flag === undefined) throw new UsageError(`unknown shorthand flag: '${letter}' in ${arg}`)
  const rest = arg.slice(2)
  return { name: flag.name, given: rest === '' ? undefined : rest.replace(/^=/, ''), shown: `-${letter}, --${flag.name}` }
}

function set(options: Options, flag: Flag, text: string, shown: string, again: boolean): void {
  const target = options[flag.family] as unknown as Values
  const value = parse(flag.type, text, shown)
  target[flag.field] = again && Array.isArray(value) ? [...(target[flag.field] as string[]), ...(value as string[])] : value
}

const parse = (type: FlagType, text: string, shown: string): unknown => valueOf<unknown>(parsers[type], text, shown)

function valueOf<T>(read: (text: string) => T, text: string, shown: string): T {
  try {
    return read(text)
  } catch (e) {
    if (e instanceof FlagValueError) throw new UsageError(`invalid argument ${JSON.stringify(text)} for "${shown}" flag: ${e.message}`)
    throw e
  }
}

const width = 100

/** The flags of each family, with their defaults. */
export function helpText(program: Program): string {
  const lines = [`${program.name}: a Kubernetes control plane.`, '', 'Usage:', `  ${program.name} [flags]`]
  for (const name of familyNames) {
    lines.push('', `${families[name].title} flags:`, '')
    for (const flag of allFlags.filter((f) => f.family === name)) {
      const type = flag.type === 'bool' ? '' : ` ${flag.type}`
      lines.push(`${flag.shorthand === '' ? '      ' : `  -${flag.shorthand}, `}--${flag.name}${type}`)
      const fallback = showDefault(flag.type, flag.fallback)
      lines.push(...wrap(fallback === '' ? flag.help : `${flag.help} (default ${fallback})`))
    }
  }
  lines.push(
    '',
    'Other flags:',
    '',
    '  -h, --help',
    ...wrap('Shows this text.'),
    '      --version',
    ...wrap('Shows the version; raw shows its fields, v1.2.3… is what is reported instead.'),
    '',
  )
  return lines.join('\n')
}

function wrap(text: string): string[] {
  const indent = ' '.repeat(16)
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > width && line !== indent) {
      lines.push(line.trimEnd())
      line = indent
    }
    line += `${word} `
  }
  lines.push(line.trimEnd())
  return lines
}
