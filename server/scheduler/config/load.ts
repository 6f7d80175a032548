import { parseYaml } from '../../codec/yaml.ts'
import { goJsonText, type FieldError } from '../../machinery/field-errors.ts'
import { parseApiVersion } from '../../machinery/types.ts'
import { ConfigurationError, decodeStruct, STRUCTS } from './decode.ts'
import { ARGUMENT_DEFAULTS, mergePlugins, type PartialPlugins } from './defaults.ts'
import { POINTS, type ProfileConfiguration, type SchedulerConfiguration } from './types.ts'
import { API_VERSION, configurationErrors } from './validate.ts'

const KIND = 'KubeSchedulerConfiguration'

type Raw = Record<string, unknown>

/** Sentences as Go's aggregate of errors prints them: each once, more than one in brackets. */
export function aggregate(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.body}`))]
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}

/** A KubeSchedulerConfiguration in YAML or JSON, with its defaults. @throws ConfigurationError in kube-scheduler's words */
export function loadConfiguration(text: string): SchedulerConfiguration {
  const { value, duplicates } = read(text)
  const { apiVersion, kind } = typeMeta(value, text)
  if (!isKnown(apiVersion, kind)) {
    throw new ConfigurationError(`no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`)
  }
  const root = decodeStruct(kind, value)
  const strict = [...duplicates, ...root.unknown.map((path) => `unknown field "${path}"`)]
  if (strict.length > 0) throw new ConfigurationError(`strict decoding error: ${strict.join(', ')}`)
  if (kind !== KIND) throw new ConfigurationError(`couldn't decode as ${KIND}, got ${apiVersion}, Kind=${kind}: `)
  const configuration = withDefaults(root.value)
  const errors = configurationErrors(configuration)
  if (errors.length > 0) throw new ConfigurationError(aggregate(errors))
  return configuration
}

/** What a scheduler without a configuration does. */
export const defaultConfiguration = (): SchedulerConfiguration => withDefaults({})

function read(text: string): { value: unknown; duplicates: string[] } {
  try {
    const { value, duplicates } = parseYaml(text)
    return { value, duplicates: duplicates.length === 0 ? [] : [`yaml: unmarshal errors:\n${duplicates.map((d) => `  ${d}`).join('\n')}`] }
  } catch (e) {
    throw new ConfigurationError(e instanceof Error ? e.message : String(e), { cause: e })
  }
}

function typeMeta(value: unknown, text: string): { apiVersion: string; kind: string } {
  if (Array.isArray(value)) {
    const type = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
    throw new ConfigurationError(`couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${type}`)
  }
  const { apiVersion = '', kind = '' } = (value ?? {}) as { apiVersion?: string; kind?: string }
  if (kind === '') throw new ConfigurationError(`Object 'Kind' is missing in '${text}'`)
  if (apiVersion === '') throw new ConfigurationError(`Object 'apiVersion' is missing in '${text}'`)
  return { apiVersion, kind }
}

const isKnown = (apiVersion: string, kind: string): boolean =>
  apiVersion === API_VERSION && (kind === KIND || (kind.endsWith('Args') && Object.hasOwn(STRUCTS, kind)))

function withDefaults(raw: Raw): SchedulerConfiguration {
  const profiles = ((raw.profiles ?? []) as Raw[]).length === 0 ? [{}] : (raw.profiles as Raw[])
  const strict: string[] = []
  const completed = profiles.map((profile, i) => profileOf(profile, profiles.length === 1, `.profiles[${i}]`, strict))
  if (strict.length > 0) throw new ConfigurationError(`strict decoding error: ${strict.join(', ')}`)
  const leader = (raw.leaderElection ?? {}) as Raw
  const time = (field: string, ms: number): number => (leader[field] as number | undefined) || ms
  const text = (field: string, value: string): string => (leader[field] as string | undefined) || value
  return {
    parallelism: 16,
    percentageOfNodesToScore: 0,
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 10,
    ...raw,
    profiles: completed,
    extenders: (raw.extenders ?? []) as SchedulerConfiguration['extenders'],
    clientConnection: (raw.clientConnection ?? {}) as SchedulerConfiguration['clientConnection'],
    leaderElection: {
      leaderElect: leader.leaderElect !== false,
      ...{
        leaseDuration: time('leaseDuration', 15_000),
        renewDeadline: time('renewDeadline', 10_000),
        retryPeriod: time('retryPeriod', 2000),
      },
      ...{ resourceLock: text('resourceLock', 'leases'), resourceName: text('resourceName', 'kube-scheduler') },
      resourceNamespace: text('resourceNamespace', 'kube-system'),
    },
  }
}

function profileOf(raw: Raw, only: boolean, path: string, strict: string[]): ProfileConfiguration {
  const configured = ((raw.pluginConfig ?? []) as { name?: string; args?: unknown }[]).map(({ name = '', args }, i) => ({
    name,
    args: argumentsOf(name, args, `${path}.pluginConfig[${i}]`, strict),
  }))
  const plugins = mergePlugins(raw.plugins as PartialPlugins | undefined)
  const named = new Set(configured.map((c) => c.name))
  const enabled = new Set([...POINTS, 'multiPoint' as const].flatMap((point) => plugins[point].enabled.map((p) => p.name)))
  const others = Object.keys(ARGUMENT_DEFAULTS).filter((name) => enabled.has(name) && !named.has(name))
  return {
    ...(raw as { percentageOfNodesToScore?: number }),
    schedulerName: (raw.schedulerName as string | undefined) ?? (only ? 'default-scheduler' : ''),
    plugins,
    pluginConfig: [...configured, ...others.map((name) => ({ name, args: ARGUMENT_DEFAULTS[name]!({}) }))],
  }
}

/** Of a plugin that is not ours the arguments are taken as they are. */
function argumentsOf(name: string, raw: unknown, path: string, strict: string[]): Raw | undefined {
  const kind = `${name}Args`
  const fill = Object.hasOwn(ARGUMENT_DEFAULTS, name) ? ARGUMENT_DEFAULTS[name] : undefined
  if (fill === undefined) return raw as Raw | undefined
  if (raw === undefined) return fill({})
  const { apiVersion = API_VERSION, kind: given = kind } = raw as { apiVersion?: string; kind?: string }
  if (given !== kind) {
    const group = parseApiVersion(apiVersion)?.group ?? ''
    const expected = `${kind}.kubescheduler.config.k8s.io`
    throw new ConfigurationError(`decoding ${path}: args for plugin ${name} were not of type ${expected}, got ${given}.${group}`)
  }
  try {
    const { value, unknown } = decodeStruct(kind, raw)
    for (const field of unknown) {
      const inner = `strict decoding error: decoding args for plugin ${name}: strict decoding error: unknown field ${goJsonText(field)}`
      strict.push(`decoding ${path}: ${inner}`)
    }
    const { apiVersion: _a, kind: _k, ...args } = value
    return fill(args)
  } catch (e) {
    if (!(e instanceof ConfigurationError)) throw e
    throw new ConfigurationError(`decoding ${path}: decoding args for plugin ${name}: ${e.message}`, { cause: e })
  }
}
