import { addressRange } from '../../../machinery/ip-range.ts'
import type { Clock, Timer } from '../../../machinery/clock.ts'
import type { MetricSource } from '../../../machinery/metrics.ts'
import type { KindTypes } from '../../../scheme/contract.ts'
import type { Storage } from '../../../storage/contract.ts'
import type { Store } from '../../generic/store.ts'
import type { StrategyContext } from '../../generic/strategy.ts'
import type { ServiceAllocators } from './allocation.ts'
import { ClusterIPs } from './cluster-ips.ts'
import type { ServiceDependencies } from './index.ts'
import { NodePorts, type PortRange } from './node-ports.ts'
import { ServiceRepair, type RepairWarnings } from './repair.ts'

/** kube-apiserver's --service-node-port-range. */
const NODE_PORTS: PortRange = { first: 30_000, last: 32_767 }
const REPAIR_MS = 3 * 60_000

export interface ServiceNetworkOptions {
  storage: Storage
  types: KindTypes
  clock: Clock
  keyPrefix: string
  serviceAddress: string
  serviceRanges?: readonly string[]
  nodePortRange?: PortRange
}

export interface ServiceNetwork extends ServiceDependencies {
  /** What the allocators have given out, under kube-apiserver's names. */
  sources(): MetricSource[]
  readonly ranges: readonly string[]
  /** Once now and then every three minutes. */
  startRepair(context: StrategyContext, warn: RepairWarnings, onError: (e: unknown) => void): Timer
}

/** Addresses and ports of services. */
export function serviceNetwork(o: ServiceNetworkOptions, store: (resource: string) => Store): ServiceNetwork {
  const ranges = o.serviceRanges ?? [rangeAround(o.serviceAddress)]
  const allocators: ServiceAllocators = {
    ips: new ClusterIPs(store),
    nodePorts: new NodePorts({ ...o, range: o.nodePortRange ?? NODE_PORTS }),
    families: ranges.map((r) => addressRange(r).family),
  }
  return {
    ranges,
    allocators,
    sources: () => [...allocators.ips.metrics(), ...allocators.nodePorts.metrics()],
    startRepair(context, warn, onError) {
      const stores = { services: store('services'), addresses: store('ipaddresses.networking.k8s.io') }
      const repair = new ServiceRepair(allocators, stores, context, warn)
      const run = (): void => {
        repair.run().catch(onError)
      }
      run()
      const stop = repair.follow(onError)
      const timer = o.clock.setInterval(run, REPAIR_MS)
      return {
        cancel: () => {
          timer.cancel()
          stop()
        },
      }
    },
  }
}

function rangeAround(address: string): string {
  return address.includes(':') ? `${address.replace(/[^:]*$/, '')}/108` : `${address.split('.').slice(0, 3).join('.')}.0/24`
}
