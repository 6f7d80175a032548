import { contains, type AddressRange } from '../../../machinery/ip-range.ts'
import { parseAddress } from '../../../machinery/ip.ts'
import { Counters, Histograms, metricSource, type MetricSource } from '../../../machinery/metrics.ts'

/** Whether a service asked for a certain address or port, or for any. */
export type AllocationScope = 'static' | 'dynamic'

/** In seconds: Prometheus' own default. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const IPS = 'kube_apiserver_clusterip_allocator'
const PORTS = 'kube_apiserver_nodeport_allocator'

/** The metrics of kube-apiserver's allocator of cluster IPs (core/service/ipallocator `metrics.go`), for each range a line. */
export class ClusterIPMetrics {
  readonly #allocations = new Counters()
  readonly #errors = new Counters()
  readonly #seconds = new Histograms(BOUNDS)

  /** @param seconds how long it took */
  allocated({ cidr }: AddressRange, scope: AllocationScope, seconds: number): void {
    this.#allocations.add({ cidr, scope })
    this.#seconds.observe({ cidr }, seconds)
  }

  failed({ cidr }: AddressRange, scope: AllocationScope): void {
    this.#errors.add({ cidr, scope })
  }

  /** @param now the ranges, and the names of all addresses that the allocator has given out, at the time of a scrape */
  sources(now: () => { ranges: readonly AddressRange[]; taken: Iterable<string> }): MetricSource[] {
    const gauge = (name: string, help: string, of: (range: AddressRange, used: number) => number): MetricSource =>
      metricSource(`${IPS}_${name}`, 'gauge', `[ALPHA] ${help}`, () => {
        const { ranges, taken } = now()
        const used = countedByRange(ranges, taken)
        return ranges.map((range, i) => ({ labels: { cidr: range.cidr }, value: of(range, used[i]!) }))
      })
    const duration = `${IPS}_allocation_duration_seconds`
    return [
      gauge('allocated_ips', 'Gauge measuring the number of allocated IPs for Services', (_, used) => used),
      gauge('available_ips', 'Gauge measuring the number of available IPs for Services', ({ first, last }, used) =>
        Math.max(0, Number(last - first + 1n) - used),
      ),
      counter(`${IPS}_allocation_total`, 'Number of Cluster IPs allocations', this.#allocations),
      counter(`${IPS}_allocation_errors_total`, 'Number of errors trying to allocate Cluster IPs', this.#errors),
      metricSource(duration, 'histogram', '[ALPHA] Duration in seconds to allocate a Cluster IP by ServiceCIDR', () =>
        this.#seconds.samples(duration),
      ),
    ]
  }
}

/** Those of its allocator of node ports (core/service/portallocator `metrics.go`). */
export class NodePortMetrics {
  readonly #allocations = new Counters()
  readonly #errors = new Counters()
  #ports: { used: number; size: number } | undefined

  allocated(scope: AllocationScope): void {
    this.#allocations.add({ scope })
  }

  failed(scope: AllocationScope): void {
    this.#errors.add({ scope })
  }

  /** How many ports of the range are taken, as storage has just said. */
  seen(used: number, size: number): void {
    this.#ports = { used, size }
  }

  sources(): MetricSource[] {
    const gauge = (name: string, help: string, of: (ports: { used: number; size: number }) => number): MetricSource =>
      metricSource(`${PORTS}_${name}`, 'gauge', `[ALPHA] ${help}`, () =>
        this.#ports === undefined ? [] : [{ labels: {}, value: of(this.#ports) }],
      )
    return [
      gauge('allocated_ports', 'Gauge measuring the number of allocated NodePorts for Services', ({ used }) => used),
      gauge('available_ports', 'Gauge measuring the number of available NodePorts for Services', ({ used, size }) => size - used),
      counter(`${PORTS}_allocation_total`, 'Number of NodePort allocations', this.#allocations),
      counter(`${PORTS}_allocation_errors_total`, 'Number of errors trying to allocate NodePort', this.#errors),
    ]
  }
}

const counter = (name: string, help: string, of: Counters): MetricSource =>
  metricSource(name, 'counter', `[ALPHA] ${help}`, () => of.samples())

function countedByRange(ranges: readonly AddressRange[], addresses: Iterable<string>): number[] {
  const counts = ranges.map(() => 0)
  for (const name of addresses) {
    const address = parseAddress(name)
    if (address === undefined) continue
    ranges.forEach((range, i) => {
      if (contains(range, address.family === 4 ? 'IPv4' : 'IPv6', address.bits)) counts[i]!++
    })
  }
  return counts
}
