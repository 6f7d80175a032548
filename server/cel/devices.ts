import { compile, CompileError, PlanError, type Program } from './environment.ts'
import { QUANTITY, quantityOfText } from './library/quantity.ts'
import { semverOf } from './library/semver.ts'
import { BOOL, DYN, mapOf, STRING, struct } from './types.ts'
import { CelError, CelMap, MapValue, type CelValue } from './values.ts'

/** What an expression may ask of a device (resource.k8s.io). Names without a domain are in the driver's. */
export interface DeviceInput {
  readonly driver: string
  readonly allowMultipleAllocations?: boolean
  readonly attributes?: Readonly<Record<string, { string?: string; int?: number; bool?: boolean; version?: string }>>
  readonly capacity?: Readonly<Record<string, { value: string }>>
}

const DEVICE = struct('kubernetes.DRADevice')
const ENVIRONMENT = {
  variables: new Map([['device', DEVICE]]),
  structs: new Map([
    [
      DEVICE.name,
      new Map([
        ['driver', STRING],
        ['allowMultipleAllocations', BOOL],
        ['attributes', mapOf(STRING, mapOf(STRING, DYN))],
        ['capacity', mapOf(STRING, mapOf(STRING, QUANTITY))],
      ]),
    ],
  ]),
}

/** CELSelectorExpressionMaxCost of k8s.io/api/resource/v1. */
const COST_LIMIT = 1_000_000
const HINT = '. consider using CEL optional chaining (.? followed by orValue()) or guarding the check with has() for optional fields'

/** An expression that cannot be computed for a device; the text is the reference's. */
export class DeviceSelectorError extends Error {
  override readonly name = 'DeviceSelectorError'
}

/** Domains that a device does not have are there and empty. */
class Domains extends CelMap {
  readonly #map: MapValue
  constructor(map: MapValue) {
    super()
    this.#map = map
  }
  get size(): number {
    return this.#map.size
  }
  find(key: CelValue): CelValue | undefined {
    return this.#map.find(key) ?? (typeof key === 'string' ? new MapValue() : undefined)
  }
  keys(): Iterable<CelValue> {
    return this.#map.keys()
  }
}

function byDomain<T>(entries: Readonly<Record<string, T>> = {}, driver: string, valueOf: (value: T) => CelValue): Domains {
  const domains = new Map<string, MapValue>()
  for (const [name, value] of Object.entries(entries)) {
    const slash = name.indexOf('/')
    const domain = slash < 0 ? driver : name.slice(0, slash)
    let values = domains.get(domain)
    if (values === undefined) domains.set(domain, (values = new MapValue()))
    values.insert(name.slice(slash + 1), valueOf(value))
  }
  return new Domains(new MapValue(domains))
}

type Attribute = NonNullable<DeviceInput['attributes']>[string]

function attributeValue({ int, bool, string, version }: Attribute): CelValue {
  if (int !== undefined) return BigInt(int)
  if (bool !== undefined) return bool
  if (string !== undefined) return string
  if (version !== undefined) return semverOf(version, false)
  return new CelError('unsupported attribute value')
}

/**
 * A function that says whether a device satisfies the expression (KEP-4381; dynamic-resource-allocation `cel`).
 * @throws DeviceSelectorError for an expression that does not compile; the function throws one when it cannot be computed
 */
export function deviceSelector(expression: string): (device: DeviceInput) => boolean {
  const program = programOf(expression)
  return ({ driver, allowMultipleAllocations = false, attributes, capacity }) => {
    const device = new MapValue([
      ['driver', driver],
      ['allowMultipleAllocations', allowMultipleAllocations],
      ['attributes', byDomain(attributes, driver, attributeValue)],
      ['capacity', byDomain(capacity, driver, ({ value }) => quantityOfText(value))],
    ])
    const { value } = program.evaluate(new Map([['device', device]]), COST_LIMIT)
    if (typeof value === 'boolean') return value
    const text = value instanceof CelError ? value.message : 'CEL result could not be converted to bool'
    throw new DeviceSelectorError(text.includes('no such key:') ? text + HINT : text)
  }
}

/** Why an expression does not compile, in the reference's words; undefined where it does. */
export function expressionFault(expression: string): string | undefined {
  try {
    programOf(expression)
    return undefined
  } catch (e) {
    if (e instanceof DeviceSelectorError) return e.message
    throw e
  }
}

function programOf(expression: string): Program {
  try {
    const { type, program } = compile(expression, ENVIRONMENT)
    if (type.kind !== 'bool' && type.kind !== 'dyn')
      throw new DeviceSelectorError(`must evaluate to bool or the unknown type, not ${type.name}`)
    return program()
  } catch (e) {
    if (e instanceof CompileError) throw new DeviceSelectorError(`compilation failed: ${e.message}`, { cause: e })
    if (e instanceof PlanError) throw new DeviceSelectorError(`program instantiation failed: ${e.message}`, { cause: e })
    throw e
  }
}
