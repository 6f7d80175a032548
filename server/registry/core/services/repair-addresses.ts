import { NONE, type Service } from '../../../apis/core/v1/service-types.ts'
import type { Entry } from '../../../cache/entry.ts'
import { parseAddress } from '../../../machinery/ip.ts'
import { formatAddress } from '../../../machinery/ip-range.ts'
import { isStatusError } from '../../../machinery/status.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { deleteFrom } from '../../generic/delete.ts'
import type { Store } from '../../generic/store.ts'
import type { StrategyContext } from '../../generic/strategy.ts'
import { FAMILY_LABEL, MANAGED_BY_LABEL, MANAGER, type ClusterIPs } from './cluster-ips.ts'
import type { RepairWarning } from './repair-warning.ts'

/** An address without a service may be one whose service is being written; after this time it is not. */
const ORPHAN_MS = 60_000
/** A create that finds its service's name taken gives the address back in this time. */
const TAKEN_BACK_MS = 5000

export interface RepairStores {
  services: Store
  addresses: Store
}

interface ParentRef {
  group?: string
  resource?: string
  namespace?: string
  name?: string
}

interface IPAddress extends KubeObject {
  spec?: { parentRef?: ParentRef }
}

interface Address {
  /** As its IPAddress is named. */
  readonly name: string
  readonly family: 'IPv4' | 'IPv6'
  readonly bits: bigint
}

type Fault = 'fine' | 'missing' | 'referencesOther' | 'referencesAbsent' | 'shared' | 'unlabelled'

/**
 * The relation between a service's addresses and their IPAddress objects, looked at from both ends with the faults, remedies and events of
 * kube-apiserver's loop (core/service/ipallocator/controller/repairip.go).
 */
export class AddressRepair {
  readonly #ips: ClusterIPs
  readonly #stores: RepairStores
  readonly #context: StrategyContext
  readonly #warn: RepairWarning

  constructor(ips: ClusterIPs, stores: RepairStores, context: StrategyContext, warn: RepairWarning) {
    this.#ips = ips
    this.#stores = stores
    this.#context = context
    this.#warn = warn
  }

  /** Whether one of the service's addresses is not its own as far as the cache knows. */
  isAmiss(service: Service): boolean {
    return addressesOf(service).some((address) => address !== undefined && this.#faultOf(address, service) !== 'fine')
  }

  async service(service: Service): Promise<void> {
    const { metadata } = service
    const warn = (reason: string, action: string, message: string): void =>
      this.#warn({ apiVersion: 'v1', kind: 'Service', object: service as unknown as KubeObject }, reason, action, message)
    for (const address of addressesOf(service)) {
      if (address === undefined) {
        warn('ClusterIPNotValid', 'ClusterIPValidation', 'Cluster IP <nil> is not a valid IP; please recreate Service')
        continue
      }
      const { name, family } = address
      if (!this.#ips.isInRange(family, address.bits)) {
        const message = `Cluster IP [${family}]: ${name} is not within any configured Service CIDR; please recreate service`
        warn('ClusterIPOutOfRange', 'ClusterIPAllocation', message)
        continue
      }
      const wrong = `the ClusterIP [${family}]: ${name} for Service ${metadata.namespace}/${metadata.name} has a wrong reference; repairing`
      switch (this.#faultOf(address, service)) {
        case 'missing':
          warn('ClusterIPNotAllocated', 'ClusterIPAllocation', `Cluster IP [${family}]: ${name} is not allocated; repairing`)
          await this.#take(address, service)
          break
        case 'referencesOther':
        case 'referencesAbsent':
          warn('ClusterIPNotAllocated', 'ClusterIPAllocation', wrong)
          await this.#takeAnew(address, service)
          break
        case 'shared': {
          const message = `Cluster IP [${family}]:${name} was assigned to multiple services; please recreate service`
          warn('ClusterIPAlreadyAllocated', 'ClusterIPAllocation', message)
          break
        }
        case 'unlabelled':
          await this.#takeAnew(address, service)
          break
        case 'fine':
      }
    }
  }

  /** Whether an address is one that nobody but this loop would give back, as far as the cache knows. */
  isStray(entry: Entry): boolean {
    if (!isManaged(entry)) return false
    const { group = '', resource, namespace = '', name = '' } = (entry.view() as IPAddress).spec?.parentRef ?? {}
    return group !== '' || resource !== 'services' || this.#serviceOf(namespace, name)?.spec.clusterIPs?.includes(entry.name) !== true
  }

  /** Gives an address back that is nobody's. Resolves with the milliseconds after which it has to be looked at again, where it may become somebody's. */
  async address(entry: Entry): Promise<number | undefined> {
    if (!isManaged(entry)) return undefined
    const object = entry.object() as IPAddress
    const { name = '' } = object.metadata
    const { group = '', resource = '', namespace = '', name: parent = '' } = object.spec?.parentRef ?? {}
    const drop = async (reason: string, message: string): Promise<undefined> => {
      this.#warn({ apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', object }, reason, 'IPAddressAllocation', message)
      await this.#drop(name, object.metadata.uid)
    }
    if (group !== '' || resource !== 'services') {
      const reference = `&ParentReference{Group:${group},Resource:${resource},Namespace:${namespace},Name:${parent},}`
      const message = `IPAddress ${name} appears to have been modified, not referencing a Service ${reference}: cleaning up`
      return drop('IPAddressNotAllocated', message)
    }
    const made = Date.parse(object.metadata.creationTimestamp ?? '')
    const age = this.#context.clock.now() - made
    const service = this.#serviceOf(namespace, parent)
    if (service === undefined) {
      if (!(age > ORPHAN_MS)) return ORPHAN_MS - age + 1
      return drop('IPAddressNotAllocated', `IPAddress: ${name} for Service ${namespace}/${parent} appears to have leaked: cleaning up`)
    }
    if (service.spec.clusterIPs?.includes(name) === true) return undefined
    // A service that gets its first address has it before it is written, and so has one whose name turns out to be taken.
    if (service.spec.type === 'ExternalName' && age < ORPHAN_MS) return ORPHAN_MS - age
    if (made > Date.parse(service.metadata.creationTimestamp ?? '') && age < TAKEN_BACK_MS) return TAKEN_BACK_MS
    return drop('IPAddressWrongReference', `IPAddress: ${name} for Service ${namespace}/${parent} has a wrong reference; cleaning up`)
  }

  #faultOf({ name, family }: Address, service: Service): Fault {
    const entry = this.#stores.addresses.cached('', name)
    if (entry === undefined) return 'missing'
    const ref: ParentRef = (entry.view() as IPAddress).spec?.parentRef ?? {}
    if ((ref.group ?? '') !== '' || ref.resource !== 'services') return 'referencesOther'
    if (ref.namespace !== service.metadata.namespace || ref.name !== service.metadata.name) {
      const other = this.#serviceOf(ref.namespace ?? '', ref.name ?? '')
      if (other === undefined) return 'referencesAbsent'
      if (other.spec.clusterIPs?.includes(name) === true) return 'shared'
    }
    const { labels } = entry.parts
    return labels?.[FAMILY_LABEL] === family && labels[MANAGED_BY_LABEL] === MANAGER ? 'fine' : 'unlabelled'
  }

  #serviceOf(namespace: string, name: string): Service | undefined {
    return this.#stores.services.cached(namespace, name)?.view() as Service | undefined
  }

  async #takeAnew(address: Address, service: Service): Promise<void> {
    await this.#drop(address.name)
    await this.#take(address, service)
  }

  /** Somebody who was faster may have it; the next look tells. */
  async #take({ name, family }: Address, service: Service): Promise<void> {
    await this.#ips.claim(name, family, service as unknown as KubeObject, this.#context)
  }

  async #drop(name: string, uid?: string): Promise<void> {
    const options = uid === undefined ? {} : { preconditions: { uid } }
    await deleteFrom(this.#stores.addresses, { namespace: '', name, options, context: this.#context }).catch((e: unknown) => {
      if (!isStatusError(e)) throw e
    })
  }
}

const isManaged = ({ parts }: Entry): boolean => parts.labels?.[MANAGED_BY_LABEL] === MANAGER

/** Undefined for an address that cannot be read. */
function addressesOf({ spec }: Service): (Address | undefined)[] {
  if (spec.type === 'ExternalName' || !spec.clusterIP || spec.clusterIP === NONE) return []
  return (spec.clusterIPs ?? [spec.clusterIP]).map((ip) => {
    const parsed = parseAddress(ip)
    if (parsed === undefined) return undefined
    const family = parsed.family === 4 ? 'IPv4' : 'IPv6'
    return { name: formatAddress(family, parsed.bits), family, bits: parsed.bits }
  })
}
