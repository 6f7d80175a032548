import { familyOf, validateServiceAddresses } from './service-addresses.ts'
import { NONE, sameList, type Service } from './service-types.ts'
import { invalid, invalidObject, type FieldError } from '../../../machinery/field-errors.ts'
import { otherFamily } from './service-normalize.ts'

/** Which address families the cluster gives out; the first is the default. */
export type Families = readonly string[]

const POLICY = 'spec.ipFamilyPolicy'

function refuse(service: Service, errors: FieldError[]): void {
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'Service' }, service.metadata.name ?? '', errors)
}

const fewer = (now: readonly string[] | undefined, was: readonly string[] | undefined): boolean =>
  (now?.length ?? 0) > 0 && now!.length < (was?.length ?? 0)

/** A service that prefers two families and keeps its addresses is left alone, whatever the cluster's families have become. */
export function prefersAndKeeps(service: Service, old: Service | undefined): boolean {
  if (old === undefined || service.spec.ipFamilyPolicy !== 'PreferDualStack' || old.spec.type !== service.spec.type) return false
  if (service.spec.type === 'ExternalName' || (old.spec.ipFamilyPolicy ?? 'PreferDualStack') !== 'PreferDualStack') return false
  return sameList(old.spec.clusterIPs, service.spec.clusterIPs) && sameList(old.spec.ipFamilies, service.spec.ipFamilies)
}

/** Fills ipFamilyPolicy and ipFamilies from what is known; throws 422 for a wish that cannot be met (core/service/storage initIPFamilyFields). */
export function fillFamilies(service: Service, old: Service | undefined, configured: Families): void {
  const { spec } = service
  if (spec.type === 'ExternalName' || prefersAndKeeps(service, old)) return
  const selects = Object.keys(spec.selector ?? {}).length > 0
  const free = spec.clusterIP === NONE && !selects
  spec.ipFamilyPolicy ??= old?.spec.ipFamilyPolicy ?? (free ? 'RequireDualStack' : 'SingleStack')
  const errors: FieldError[] = []
  validateServiceAddresses(errors, service, old)
  refuse(service, errors)
  if (old !== undefined) checkReduction(errors, service, old)
  checkPolicy(errors, service)
  inferFromAddresses(errors, service, configured)
  refuse(service, errors)
  if (free) {
    fillFreely(service, configured)
    return
  }
  checkConfigured(errors, service, configured)
  refuse(service, errors)
  if (!spec.ipFamilies?.length) spec.ipFamilies = [configured[0]!]
  if (spec.ipFamilyPolicy !== 'SingleStack' && spec.ipFamilies.length === 1 && configured.length === 2) {
    spec.ipFamilies.push(otherFamily(spec.ipFamilies[0]!))
  }
}

function checkReduction(errors: FieldError[], { spec }: Service, old: Service): void {
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (sameList(spec.clusterIPs, old.spec.clusterIPs) && (spec.clusterIPs?.length ?? 0) > 1) spec.clusterIPs = spec.clusterIPs!.slice(0, 1)
    if (sameList(spec.ipFamilies, old.spec.ipFamilies) && (spec.ipFamilies?.length ?? 0) > 1) spec.ipFamilies = spec.ipFamilies!.slice(0, 1)
    return
  }
  if (fewer(spec.clusterIPs, old.spec.clusterIPs)) {
    errors.push(invalid(POLICY, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP"))
  }
  if (fewer(spec.ipFamilies, old.spec.ipFamilies)) {
    errors.push(invalid(POLICY, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary IP family"))
  }
}

function checkPolicy(errors: FieldError[], { spec }: Service): void {
  if (spec.ipFamilyPolicy !== 'SingleStack') return
  const text = (what: string): string => `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
  if (spec.clusterIPs?.length === 2) errors.push(invalid(POLICY, spec.ipFamilyPolicy, text('cluster IPs')))
  if (spec.ipFamilies?.length === 2) errors.push(invalid(POLICY, spec.ipFamilyPolicy, text('IP families')))
}

function inferFromAddresses(errors: FieldError[], { spec }: Service, configured: Families): void {
  for (const [i, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === NONE) return
    if (i < (spec.ipFamilies?.length ?? 0)) continue
    const family = familyOf(ip)
    if (configured.includes(family)) (spec.ipFamilies ??= []).push(family)
    else errors.push(invalid(`spec.clusterIPs[${i}]`, spec.clusterIPs, `${family} is not configured on this cluster`))
  }
}

/** No selector and no address: nothing of the cluster's own limits the families. */
function fillFreely({ spec }: Service, configured: Families): void {
  if (!spec.ipFamilies?.length) spec.ipFamilies = [configured[0]!]
  if (spec.ipFamilies.length < 2 && spec.ipFamilyPolicy !== 'SingleStack') spec.ipFamilies.push(otherFamily(spec.ipFamilies[0]!))
}

function checkConfigured(errors: FieldError[], { spec }: Service, configured: Families): void {
  if (spec.ipFamilyPolicy === 'RequireDualStack' && configured.length < 2) {
    errors.push(invalid(POLICY, spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services'))
  }
  spec.ipFamilies?.forEach((family, i) => {
    if (!configured.includes(family)) errors.push(invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster'))
  })
}
