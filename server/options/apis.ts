import { FlagValueError, parsers, type Family } from './flag.ts'
import { REGISTERED } from './registered-versions.ts'

export interface ApiOptions {
  /** `key=value`, as given. */
  runtimeConfig: readonly string[]
  priorityAndFairness: boolean
}

/** A resource of a version of a group, as a path has them. */
export interface ResourceName {
  readonly group: string
  readonly version: string
  readonly resource: string
}

const GA = /^v\d+$/

/** Keys that speak of all versions, in the order in which they are followed, and of which they speak. */
const WIDE = new Map<string, (version: string) => boolean>([
  ['api/all', () => true],
  ['api/ga', (version) => GA.test(version)],
  ['api/beta', (version) => /^v\d+beta\d+$/.test(version)],
  ['api/alpha', (version) => /^v\d+alpha\d+$/.test(version)],
])

const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io/v1'
const FAIRNESS = 'enable-priority-and-fairness'

/** Which versions of the built-in API are served; keys and refusals are the reference's (apiserver `server/options/api_enablement.go`). */
export const apis: Family<ApiOptions> = {
  title: 'API enablement',
  defaults: { runtimeConfig: [], priorityAndFairness: true },
  flags: {
    'runtime-config': {
      field: 'runtimeConfig',
      type: 'strings',
      help:
        'Versions and resources of the built-in API that are served or not: v1, <group>/<version> or <group>/<version>/<resource>, =true or ' +
        '=false; api/all, api/ga, api/beta and api/alpha are all versions of a form. Those of beta and alpha are not had.',
    },
    [FAIRNESS]: {
      field: 'priorityAndFairness',
      type: 'bool',
      help: 'Has no effect but that the API of flow control must then be served: requests are limited by their number alone.',
    },
  },
  validate(o) {
    const config = configOf(o)
    const errors = [...fairnessErrors(o, config), ...keyErrors(config)]
    if (errors.length > 0) return errors
    try {
      choiceOf(config)
      return []
    } catch (e) {
      if (e instanceof RuntimeConfigError) return [e.message]
      throw e
    }
  },
  warnings(o, given) {
    const missing = [...configOf(o)].filter(([key, value]) => isMissing(key) && value !== 'false').map(([key]) => key)
    return [
      ...(given.has(FAIRNESS) && o.priorityAndFairness ? [`--${FAIRNESS} has no effect: this server does not have it`] : []),
      ...(missing.length === 0 ? [] : [`--runtime-config: this server has nothing of ${missing.join(', ')}`]),
    ]
  },
}

/** Versions of beta and alpha. */
const isMissing = (key: string): boolean => key === 'api/beta' || key === 'api/alpha' || (!WIDE.has(key) && !GA.test(key.split('/')[1]!))

class RuntimeConfigError extends Error {}

/** What was said last of each key; the legacy group has several names. */
function configOf({ runtimeConfig }: ApiOptions): Map<string, string> {
  const config = new Map<string, string>()
  for (const text of runtimeConfig.filter((pair) => pair !== '')) {
    const equals = text.indexOf('=')
    const key = (equals < 0 ? text : text.slice(0, equals)).trim()
    if (key === 'api/legacy') continue
    config.set(/^(api\/)?v1(\/|$)/.test(key) ? '/v1' : key, equals < 0 ? '' : text.slice(equals + 1).trim())
  }
  return config
}

function keyErrors(config: ReadonlyMap<string, string>): string[] {
  if (config.get('api/all') === 'false' && config.size === 1) return ['invalid runtime-config with only api/all=false']
  const keys = [...config.keys()].filter((key) => !WIDE.has(key)).map((key) => key.split('/'))
  const invalid = keys.find((parts) => parts.length !== 2 && parts.length !== 3)
  if (invalid !== undefined) return [`runtime-config invalid key ${invalid.join('/')}`]
  const unknown = keys.filter(([group]) => !REGISTERED.has(group!)).map(([group, version]) => `${group}/${version}`)
  return unknown.length === 0 ? [] : [`unknown api groups ${[...new Set(unknown)].sort().join(',')}`]
}

/** Fairness asks the API of flow control (`pkg/controlplane/apiserver/options/validation.go`). */
function fairnessErrors({ priorityAndFairness }: ApiOptions, config: ReadonlyMap<string, string>): string[] {
  if (!priorityAndFairness) return []
  const decides = [FLOW_CONTROL, 'api/ga', 'api/all'].find((key) => ['true', 'false'].includes(config.get(key) ?? ''))
  if (decides === undefined || config.get(decides) === 'true') return []
  return [`--runtime-config=${decides}=false conflicts with --${FAIRNESS}=true`]
}

/** What the flag comes to: a word about a resource goes before one about its version, and that before those about many. */
function choiceOf(config: ReadonlyMap<string, string>): { versions: Map<string, boolean>; resources: Map<string, boolean> } {
  const versions = new Map<string, boolean>()
  for (const [key, isMeant] of WIDE) {
    const value = config.get(key)
    if (value === undefined) continue
    if (value !== 'true' && value !== 'false') throw new RuntimeConfigError(`invalid value ${key}=${value}`)
    for (const [group, known] of REGISTERED)
      for (const version of known.filter(isMeant)) versions.set(`${group}/${version}`, value === 'true')
  }
  const resources = new Map<string, boolean>()
  for (const [key, value] of config) {
    const [group = '', version = '', resource] = key.split('/')
    const known = WIDE.has(key) ? undefined : REGISTERED.get(group)
    if (known === undefined) continue
    const name = group === '' ? version : `${group}/${version}`
    if (!known.includes(version)) throw new RuntimeConfigError(`group version ${name} that has not been registered`)
    const isOn = valueOf(key, value)
    if (resource === undefined) versions.set(`${group}/${version}`, isOn)
    else if (resource !== resource.toLowerCase())
      throw new RuntimeConfigError(
        `invalid key ${key}: group/version/resource and resource is always lowercase plural, not ${JSON.stringify(resource)}`,
      )
    else resources.set(key, isOn)
  }
  if (versions.get('apiregistration.k8s.io/v1') === false)
    throw new RuntimeConfigError('API group/version apiregistration.k8s.io/v1 must be enabled')
  return { versions, resources }
}

function valueOf(key: string, value: string): boolean {
  if (value === '') return true
  try {
    return parsers.bool(value)
  } catch (e) {
    throw e instanceof FlagValueError ? new RuntimeConfigError(`invalid value of ${key}: ${value}, err: ${e.message}`) : e
  }
}

/** Whether a resource of the built-in API is served; undefined where all of them are. */
export function servedApis(o: ApiOptions): ((of: ResourceName) => boolean) | undefined {
  const { versions, resources } = choiceOf(configOf(o))
  if (![...versions.values(), ...resources.values()].includes(false)) return undefined
  return ({ group, version, resource }) => {
    const path = `${group}/${version}`
    return resources.get(`${path}/${resource}`) ?? versions.get(path) ?? true
  }
}
