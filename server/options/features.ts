import type { Family } from './flag.ts'
import { parsers, FlagValueError } from './flag.ts'
import { CLOSED_GATES, OPEN_GATES, SETTABLE_GATES } from './feature-gates.ts'

export interface FeatureOptions {
  /** `name=bool`, as given. */
  featureGates: readonly string[]
}

/** The gate behind which clients may speak CBOR (KEP-4222). */
const CBOR = 'CBORServingAndStorage'

export const features: Family<FeatureOptions> = {
  title: 'Feature gate',
  defaults: { featureGates: [] },
  flags: {
    'feature-gates': {
      field: 'featureGates',
      type: 'strings',
      help: `Pairs of a feature gate and true or false. ${CBOR} lets clients speak CBOR; others have no effect.`,
    },
  },
  validate: ({ featureGates }) => {
    try {
      gatesOf(featureGates)
      return []
    } catch (e) {
      if (e instanceof GateError) return [e.message]
      throw e
    }
  },
  warnings({ featureGates }) {
    const others = [...gatesOf(featureGates).keys()].filter((name) => name !== CBOR && !GROUPS.has(name))
    return others.length === 0 ? [] : [`--feature-gates has no effect on ${others.join(', ')}: this server has no such gates`]
  },
}

class GateError extends Error {}

/** Gates of a whole stage. */
const GROUPS = new Set(['AllAlpha', 'AllBeta'])
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
    const locked = OPEN_GATES.has(name) ? true : CLOSED_GATES.has(name) ? false : undefined
    if (locked === undefined && !SETTABLE_GATES.has(name) && !GROUPS.has(name)) throw new GateError(`unrecognized feature gate: ${name}`)
    if (locked === !value) throw new GateError(`cannot set feature gate ${name} to ${value}, feature is locked to ${locked}`)
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

/** An alpha gate: it is closed unless it, or all of its stage, is opened. */
export function servesCbor({ featureGates }: FeatureOptions): boolean {
  const gates = gatesOf(featureGates)
  return gates.get(CBOR) ?? gates.get('AllAlpha') ?? false
}
