import { integerValue, milliValue, type Quantity } from '../machinery/quantity.ts'

/** The bounds of a LimitRange's item, with the original's words (plugin/pkg/admission/limitranger). */
export type Amounts = ReadonlyMap<string, Quantity>

/** Resource names with their bound, in the order in which they are looked at. */
export type Bound = readonly (readonly [string, Quantity])[]

export interface Usage {
  readonly requests: Amounts
  readonly limits: Amounts
}

/** What a container, or a pod, breaks of one item. */
export function limitErrors(
  { type, min, max, ratio }: { readonly type: string; readonly min: Bound; readonly max: Bound; readonly ratio: Bound },
  usage: Usage,
): string[] {
  return [...minErrors(type, min, usage), ...maxErrors(type, max, usage), ...ratioErrors(type, ratio, usage)]
}

export const minErrors = (type: string, bound: Bound, usage: Usage): string[] =>
  each(bound, (name, least) => minError(type, name, least, usage))

const maxErrors = (type: string, bound: Bound, usage: Usage): string[] => each(bound, (name, most) => maxError(type, name, most, usage))

const ratioErrors = (type: string, bound: Bound, usage: Usage): string[] => each(bound, (name, most) => ratioError(type, name, most, usage))

/** Claims have requests only. */
export const maxRequestErrors = (type: string, bound: Bound, requests: Amounts): string[] =>
  each(bound, (name, most) => {
    const about = `maximum ${name} usage per ${type} is ${most.text}`
    const request = requests.get(name)
    if (request === undefined) return `${about}.  No request is specified`
    const [asked, , bounded] = comparable(request, undefined, most)
    return asked > bounded ? `${about}, but request is ${request.text}` : undefined
  })

const each = (bound: Bound, check: (name: string, value: Quantity) => string | undefined): string[] =>
  bound.flatMap(([name, value]) => check(name, value) ?? [])

const MAX_INT64 = 9223372036854775807n
const MAX_MILLI = MAX_INT64 / 1000n

const whole = (q: Quantity | undefined): bigint => {
  const value = q === undefined ? 0n : integerValue(q)
  return value > MAX_INT64 ? MAX_INT64 : value
}

/** The three in thousandths, or in whole numbers where one of them would be too large for that. */
function comparable(request: Quantity | undefined, limit: Quantity | undefined, bound: Quantity): [bigint, bigint, bigint] {
  const values = [whole(request), whole(limit), whole(bound)] as [bigint, bigint, bigint]
  if (values.some((v) => v > MAX_MILLI)) return values
  return [request, limit, bound].map((q) => (q === undefined ? 0n : milliValue(q))) as [bigint, bigint, bigint]
}

function minError(type: string, name: string, least: Quantity, { requests, limits }: Usage): string | undefined {
  const about = `minimum ${name} usage per ${type} is ${least.text}`
  const [request, limit] = [requests.get(name), limits.get(name)]
  if (request === undefined) return `${about}.  No request is specified`
  const [asked, limited, bounded] = comparable(request, limit, least)
  if (asked < bounded) return `${about}, but request is ${request.text}`
  return limit !== undefined && limited < bounded ? `${about}, but limit is ${limit.text}` : undefined
}

function maxError(type: string, name: string, most: Quantity, { requests, limits }: Usage): string | undefined {
  const about = `maximum ${name} usage per ${type} is ${most.text}`
  const [request, limit] = [requests.get(name), limits.get(name)]
  if (limit === undefined) return `${about}.  No limit is specified`
  const [asked, limited, bounded] = comparable(request, limit, most)
  if (limited > bounded) return `${about}, but limit is ${limit.text}`
  return request !== undefined && asked > bounded ? `${about}, but request is ${request.text}` : undefined
}

function ratioError(type: string, name: string, most: Quantity, { requests, limits }: Usage): string | undefined {
  const about = `${name} max limit to request ratio per ${type} is ${most.text}`
  const [asked, limited] = comparable(requests.get(name), limits.get(name), most)
  if (asked === 0n) return `${about}, but no request is specified or request is 0`
  if (limited === 0n) return `${about}, but no limit is specified or limit is 0`
  const ratio = Number(limited) / Number(asked)
  const exact = whole(most) <= MAX_MILLI
  const [given, allowed] = exact ? [ratio * 1000, Number(milliValue(most))] : [ratio, Number(whole(most))]
  return given > allowed ? `${about}, but provided ratio is ${ratio.toFixed(6)}` : undefined
}
