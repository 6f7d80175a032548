import type { DeviceAttribute, DeviceConstraint } from '../../../client/objects-resource.ts'
import type { PoolDevice } from './pools.ts'

/** What the devices of a claim must have in common, or not: asked device by device, and told when one is given back. */
export interface Constraint {
  add(request: string, subRequest: string | undefined, device: PoolDevice): boolean
  remove(request: string, subRequest: string | undefined, device: PoolDevice): void
}

function attributeOf({ device, driver }: PoolDevice, name: string): DeviceAttribute | undefined {
  const attributes = device.attributes ?? {}
  if (Object.hasOwn(attributes, name)) return attributes[name]
  const slash = name.indexOf('/')
  const own = name.slice(slash + 1)
  return name.slice(0, slash) === driver && Object.hasOwn(attributes, own) ? attributes[own] : undefined
}

/** Values of different types are different. */
function textOf(a: DeviceAttribute | undefined): string | undefined {
  const [entry] = Object.entries(a ?? {})
  return entry === undefined ? undefined : `${entry[0]} ${String(entry[1])}`
}

export function constraintOf({ requests = [], matchAttribute, distinctAttribute }: DeviceConstraint): Constraint | undefined {
  const name = matchAttribute ?? distinctAttribute
  if (name === undefined) return undefined
  const concerns = (request: string, sub: string | undefined): boolean =>
    requests.length === 0 || requests.includes(request) || (sub !== undefined && requests.includes(`${request}/${sub}`))
  // How many devices have each value.
  const values = new Map<string, number>()
  const count = (value: string, by: 1 | -1): void => {
    const n = (values.get(value) ?? 0) + by
    if (n === 0) values.delete(value)
    else values.set(value, n)
  }
  return {
    add(request, sub, device) {
      if (!concerns(request, sub)) return true
      const value = textOf(attributeOf(device, name))
      if (value === undefined) return false
      const fits = matchAttribute === undefined ? !values.has(value) : values.size === 0 || values.has(value)
      if (fits) count(value, 1)
      return fits
    },
    remove(request, sub, device) {
      const value = concerns(request, sub) ? textOf(attributeOf(device, name)) : undefined
      if (value !== undefined) count(value, -1)
    },
  }
}
