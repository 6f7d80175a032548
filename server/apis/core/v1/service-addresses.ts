import { duplicate, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { checkAddress, isDualStack, parseAddress } from '../../../machinery/ip.ts'
import { isHeadless, NONE, type Service } from './service-types.ts'

/** clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy, which have to agree with each other (core/validation). */
export const FAMILIES = ['IPv4', 'IPv6']
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const PATH = 'spec.clusterIPs'

export const familyOf = (ip: string): string => (parseAddress(ip)?.family === 6 ? 'IPv6' : 'IPv4')

export function validateServiceAddresses(errors: FieldError[], service: Service, old: Service | undefined): void {
  const { type, clusterIP = '', clusterIPs, ipFamilyPolicy } = service.spec
  if (type === 'ExternalName') return
  const ips = clusterIPs ?? []
  if (clusterIP !== '') {
    if (ips.length === 0) errors.push(required(PATH))
    else if (ips[0] !== clusterIP) errors.push(invalid(PATH, ips, 'first value must match `clusterIP`'))
  } else if (ips.length > 0) errors.push(invalid(PATH, ips, 'must be empty when `clusterIP` is not specified'))
  checkFamilies(errors, service)
  if (ipFamilyPolicy !== undefined && !POLICIES.includes(ipFamilyPolicy)) {
    errors.push(notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, POLICIES))
  }
  const usable = checkEach(errors, ips, old)
  if (ips.length > 2) errors.push(invalid(PATH, ips, 'may only hold up to 2 values'))
  // Further messages about addresses that are none would mislead.
  if (!usable) return
  if (ips.length > 1 && !isDualStack(ips)) errors.push(invalid(PATH, ips, 'may specify no more than one IP for each IP family'))
  checkMatch(errors, service)
}

function checkFamilies(errors: FieldError[], service: Service): void {
  const seen = new Set<string>()
  service.spec.ipFamilies?.forEach((family, i) => {
    const at = `spec.ipFamilies[${i}]`
    if (!FAMILIES.includes(family)) errors.push(notSupported(at, family, FAMILIES))
    if (seen.has(family)) errors.push(duplicate(at, family))
    seen.add(family)
  })
}

function checkEach(errors: FieldError[], ips: readonly string[], old: Service | undefined): boolean {
  const before = errors.length
  const kept = new Set(old?.spec.clusterIPs)
  ips.forEach((ip, i) => {
    if (i > 0 || ip !== NONE) checkAddress(errors, `${PATH}[${i}]`, ip, kept)
    else if (ips.length > 1) errors.push(invalid(PATH, ips, "'None' must be the first and only value"))
  })
  return errors.length === before
}

function checkMatch(errors: FieldError[], service: Service): void {
  if (isHeadless(service)) return
  service.spec.clusterIPs?.forEach((ip, i) => {
    const wanted = service.spec.ipFamilies?.[i]
    if (wanted === undefined || !FAMILIES.includes(wanted) || wanted === familyOf(ip)) return
    errors.push(invalid(`${PATH}[${i}]`, ip, `expected an ${wanted} value as indicated by \`ipFamilies[${i}]\``))
  })
}
