import { emptyAt } from '../../../machinery/empty-fields.ts'
import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { addressRange } from '../../../machinery/ip-range.ts'
import { parseCidr } from '../../../machinery/ip.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { validateObjectMetaUpdate } from '../../meta/v1/validation.ts'

/** ServiceCIDRs: the ranges that cluster IPs come from (networking/validation). */
const PATH = 'spec.cidrs'
const IMMUTABLE = 'field is immutable'
export const cidrsOf = (obj: KubeObject): string[] => (obj.spec as { cidrs?: string[] } | undefined)?.cidrs ?? []

// Unlike older fields these take the canonical text alone.
function checkCanonicalCidr(errors: FieldError[], path: string, text: string): void {
  const cidr = parseCidr(text)
  if (cidr === undefined || cidr.leadingZeros || cidr.mapped) {
    errors.push(invalid(path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'))
  } else if (cidr.bits !== addressRange(text).first - 1n)
    errors.push(invalid(path, text, 'must not have bits set beyond the prefix length'))
}

function validateCidrs(errors: FieldError[], obj: KubeObject): void {
  const cidrs = cidrsOf(obj)
  if (cidrs.length === 0) errors.push(required(PATH, 'at least one CIDR required'))
  else if (cidrs.length > 2) errors.push(invalid(PATH, { CIDRs: cidrs }, 'may only hold up to 2 values'))
  else {
    cidrs.forEach((c, i) => checkCanonicalCidr(errors, `${PATH}[${i}]`, c))
    const [a, b] = cidrs.map((c) => parseCidr(c)?.family)
    if (cidrs.length === 2 && a === b && a !== undefined) {
      errors.push(invalid(PATH, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'))
    }
  }
}

export function validateServiceCIDR(obj: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  validateCidrs(errors, obj)
  return errors
}

export function validateServiceCIDRUpdate(obj: KubeObject, old: KubeObject): FieldError[] {
  const errors = validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata')
  const [now, was] = [cidrsOf(obj), cidrsOf(old)]
  if (now.length === was.length) {
    was.forEach((c, i) => {
      if (c !== now[i]) errors.push(invalid(`${PATH}[${i}]`, now[i], IMMUTABLE))
    })
  } else if (was.length === 1 && now.length === 2) {
    if (now[0] !== was[0]) errors.push(invalid(`${PATH}[0]`, now[0], IMMUTABLE))
    validateCidrs(errors, obj)
  } else errors.push(invalid(PATH, now.length === 0 ? (emptyAt(obj.spec, 'cidrs') ?? null) : now, IMMUTABLE))
  return errors
}
