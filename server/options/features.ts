import type { Family } from './flag.ts'
import { parsers, FlagValueError } from './flag.ts'
import { ASKED, GATES, type AskedGate, type Stage } from './feature-gates.ts'
import { DEPENDENCIES } from './gate-dependencies.ts'

export interface FeatureOptions {
  /** `name=bool`, as given. */
  featureGates: readonly string[]
}

const effects = Object.entries(ASKED).map(([name, effect]) => `${name} lets ${effect}`)

export const features: Family<FeatureOptions> = {
  title: 'Feature gate',
  defaults: { featureGates: [] },
  flags: {
    'feature-gates': {
      field: 'featureGates',
      type: 'strings',
      help: `Pairs of a feature gate and true or false. ${effects.join('; ')}; others have no effect.`,
    },
  },
  validate: (options) => {
    try {
      return unmet(options)
    } catch (e) {
      if (e instanceof GateError) return [e.message]
      throw e
    }
  },
  warnings({ featureGates }) {
    // Of each what is done here is what is done upstream unless somebody says otherwise.
    const others = featureStates({ featureGates }).filter(({ name, isOpen }) => {
      const gate = GATES.get(name)
      return gate !== undefined && !isAsked(name) && gate.isOpen !== isOpen
    })
    if (others.length === 0) return []
    const given = gatesOf(featureGates)
    const single = others.map(({ name }) => name).filter((name) => given.has(name))
    const groups = [...GROUPS.keys()].filter((name) => given.has(name) && others.length > single.length)
    return [`--feature-gates has no effect on ${[...single, ...groups.map(restOf)].join(', ')}: this server has no such gates`]
  },
}

const restOf = (group: string): string => `most gates of ${group}`

class GateError extends Error {}

/** Gates of a whole stage. */
const GROUPS: ReadonlyMap<string, Stage> = new Map([
  ['AllAlpha', 'ALPHA'],
  ['AllBeta', 'BETA'],
])
const OWN = 'kube'

/**
 * What the flag says of each gate; the last word counts.
 * @throws GateError in the reference's words (component-base `featuregate/registry.go`)
 */
function gatesOf(pairs: readonly string[]): Map<string, boolean> {
  const given = pairs.map((text) => text.trim()).filter((text) => text !== '')
  const prefixed = given.filter((text) => text.startsWith(`${OWN}:`)).length
  if (prefixed > 0 && given.some((text) => !text.includes(':'))) {
    throw new GateError(`set ${OWN} feature gates with default empty prefix or ${OWN}: prefix consistently, do not mix use`)
  }
  const gates = new Map<string, boolean>()
  for (const text of given) {
    const colon = text.indexOf(':')
    const component = colon < 0 ? OWN : text.slice(0, colon)
    if (component !== OWN) throw new GateError(`component not registered: ${component}`)
    const [name, value] = pairOf(text.slice(colon + 1))
    const gate = GATES.get(name)
    if (gate === undefined && !GROUPS.has(name)) throw new GateError(`unrecognized feature gate: ${name}`)
    if (gate?.isLocked === true && gate.isOpen !== value) {
      throw new GateError(`cannot set feature gate ${name} to ${value}, feature is locked to ${gate.isOpen}`)
    }
    gates.set(name, value)
  }
  return gates
}

function pairOf(text: string): [string, boolean] {
  const equals = text.indexOf('=')
  if (equals < 0) throw new GateError(`missing bool value for ${text}`)
  const [name, value] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
  try {
    return [name, parsers.bool(value)]
  } catch (e) {
    throw e instanceof FlagValueError ? new GateError(`invalid value of ${name}=${value}, err: ${e.message}`) : e
  }
}

export interface FeatureState {
  readonly name: string
  readonly stage: Stage
  readonly isOpen: boolean
}

/** Every gate with what it comes to: its own word, else that of its whole stage, else what it is from the start. */
export function featureStates({ featureGates }: FeatureOptions): FeatureState[] {
  const given = gatesOf(featureGates)
  const ofStage = new Map([...GROUPS].map(([group, stage]) => [stage, given.get(group)]))
  const groups = [...GROUPS].map(([name, stage]) => ({ name, stage, isOpen: given.get(name) ?? false }))
  const single = [...GATES].map(([name, { stage, isOpen, isLocked }]) => {
    const told = given.get(name) ?? (isLocked ? undefined : ofStage.get(stage))
    return { name, stage, isOpen: told ?? isOpen }
  })
  return [...groups, ...single]
}

/** Gates that are open while some that they need are closed, in the reference's words. */
function unmet(options: FeatureOptions): string[] {
  const open = new Set(featureStates(options).flatMap(({ name, isOpen }) => (isOpen ? [name] : [])))
  return [...DEPENDENCIES].flatMap(([name, needed]) => {
    const closed = open.has(name) ? needed.filter((gate) => !open.has(gate)) : []
    return closed.length === 0 ? [] : [`${name} is enabled, but depends on features that are disabled: [${closed.join(' ')}]`]
  })
}

const isAsked = (name: string): name is AskedGate => Object.hasOwn(ASKED, name)

const askedGates = (options: FeatureOptions, open: boolean): ReadonlySet<AskedGate> =>
  new Set(featureStates(options).flatMap(({ name, isOpen }) => (isOpen === open && isAsked(name) ? [name] : [])))

/** Which of the gates that are asked here are open. */
export const openGates = (options: FeatureOptions): ReadonlySet<AskedGate> => askedGates(options, true)

/** And which were closed that are open from the start. */
export const closedGates = (options: FeatureOptions): ReadonlySet<AskedGate> =>
  new Set([...askedGates(options, false)].filter((name) => GATES.get(name)!.isOpen))
