import type { Service } from '../../../apis/core/v1/service-types.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { NodePorts } from './node-ports.ts'
import type { RepairWarning } from './repair-warning.ts'

/** A port without a service is given back when this many runs in a row have found it so. */
const LEAK_RUNS = 3
const ACTION = 'PortAllocation'

/** Node ports of services against what is marked as taken, with the events of kube-apiserver's loop (portallocator/controller/repair.go). */
export class PortRepair {
  readonly #ports: NodePorts
  readonly #warn: RepairWarning
  readonly #leaks = new Map<number, number>()

  constructor(ports: NodePorts, warn: RepairWarning) {
    this.#ports = ports
    this.#warn = warn
  }

  async run(services: readonly Service[]): Promise<void> {
    const { first, last } = this.#ports.range
    const owners = new Map<number, Service>()
    for (const service of services) {
      for (const port of nodePortsOf(service)) {
        if (port < first || port > last) {
          const message = `Port ${port} is not within the port range ${first}-${last}; please recreate service`
          this.#tell(service, 'PortOutOfRange', message)
        } else if (owners.has(port)) {
          this.#tell(service, 'PortAlreadyAllocated', `Port ${port} was assigned to multiple services; please recreate service`)
        } else owners.set(port, service)
      }
    }
    const unmarked = owners.size === 0 ? [] : await this.#ports.reclaim([...owners.keys()])
    for (const port of unmarked) this.#tell(owners.get(port)!, 'PortNotAllocated', `Port ${port} is not allocated; repairing`)
    await this.#releaseLeaked(new Set((await this.#ports.taken()).filter((port) => !owners.has(port))))
  }

  async #releaseLeaked(leaked: ReadonlySet<number>): Promise<void> {
    for (const port of [...this.#leaks.keys()]) if (!leaked.has(port)) this.#leaks.delete(port)
    const gone: number[] = []
    for (const port of leaked) {
      const runs = (this.#leaks.get(port) ?? 0) + 1
      this.#leaks.set(port, runs)
      if (runs >= LEAK_RUNS) gone.push(port)
    }
    await this.#ports.release(gone)
  }

  #tell(service: Service, reason: string, message: string): void {
    this.#warn({ apiVersion: 'v1', kind: 'Service', object: service as unknown as KubeObject }, reason, ACTION, message)
  }
}

/** A port twice where two entries of one protocol have it; protocols may share one. The check of health is TCP. */
function nodePortsOf({ spec }: Service): number[] {
  const ports = (spec.ports ?? []).map(({ nodePort, protocol }) => ({ port: nodePort, protocol: protocol ?? 'TCP' }))
  const seen = new Map<number, Set<string>>()
  const out: number[] = []
  for (const { port, protocol } of [...ports, { port: spec.healthCheckNodePort, protocol: 'TCP' }]) {
    if (!port) continue
    const protocols = seen.get(port)
    if (protocols === undefined || protocols.has(protocol)) out.push(port)
    if (protocols === undefined) seen.set(port, new Set([protocol]))
    else protocols.add(protocol)
  }
  return out
}
