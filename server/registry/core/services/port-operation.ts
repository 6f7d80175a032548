import { AllocationError } from './cluster-ips.ts'
import type { NodePorts } from './node-ports.ts'

// What upstream's dry runs count up from (portallocator/operation.go).
const DRY_RUN_PORT = 32_768

/** The node ports of one write: taken at once, given back if the write fails; those the object gives up are released when it succeeds. */
export class PortOperation {
  readonly #ports: NodePorts
  readonly #dryRun: boolean
  readonly #taken = new Set<number>()
  /** The highest that a dry run has taken. */
  #last = 0
  readonly #released: number[] = []

  constructor(ports: NodePorts, dryRun: boolean) {
    this.#ports = ports
    this.#dryRun = dryRun
  }

  async take(port: number): Promise<void> {
    if (this.#dryRun && this.#taken.has(port)) throw new AllocationError('provided port is already allocated')
    await this.#ports.take(port, this.#dryRun)
    this.#note(port)
  }

  async takeNext(): Promise<number> {
    const port = this.#dryRun ? (this.#last || DRY_RUN_PORT) + 1 : await this.#ports.takeNext()
    this.#note(port)
    return port
  }

  #note(port: number): void {
    this.#taken.add(port)
    this.#last = Math.max(this.#last, port)
  }

  /** To be given back once the write is done. */
  releaseLater(ports: readonly number[]): void {
    this.#released.push(...ports)
  }

  async commit(): Promise<void> {
    // What cannot be given back now is found by the repair loop.
    if (!this.#dryRun) await this.#ports.release(this.#released).catch(() => undefined)
  }

  async undo(): Promise<void> {
    if (!this.#dryRun) await this.#ports.release([...this.#taken]).catch(() => undefined)
  }
}
