import type { Timer } from '../machinery/clock.ts'
import { type BootstrapOptions, ensureKubernetesService, ensureServiceRange, ensureSystemNamespaces, NAMESPACES } from './bootstrap.ts'
import { RECONCILE_MS } from './kubernetes-endpoints.ts'

/** `pkg/controlplane/controller/systemnamespaces`. */
const NAMESPACES_MS = 60_000

interface Kept {
  readonly everyMs: number
  readonly names: readonly (readonly [resource: string, namespace: string, name: string])[]
  ensure(o: BootstrapOptions): Promise<void>
}

const RANGE: Kept = { everyMs: RECONCILE_MS, names: [['servicecidrs.networking.k8s.io', '', 'kubernetes']], ensure: ensureServiceRange }
const SERVICE: Kept = { everyMs: RECONCILE_MS, names: [['services', 'default', 'kubernetes']], ensure: ensureKubernetesService }
const SPACES: Kept = {
  everyMs: NAMESPACES_MS,
  names: NAMESPACES.map((name) => ['namespaces', '', name] as const),
  ensure: ensureSystemNamespaces,
}

/** Makes what every cluster has anew when somebody has deleted it. What somebody has changed stays. */
export class KeptObjects {
  readonly #o: BootstrapOptions
  readonly #onError: (name: string, e: unknown) => void
  readonly #timers = new Map<Kept, Timer>()
  #stopped = false

  constructor(o: BootstrapOptions, onError: (name: string, e: unknown) => void) {
    this.#o = o
    this.#onError = onError
  }

  start(): void {
    for (const kept of [RANGE, SERVICE, SPACES]) this.#wait(kept)
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.cancel()
  }

  #wait(kept: Kept): void {
    if (this.#stopped) return
    const timer = this.#o.clock.setTimeout(() => void this.#look(kept), kept.everyMs)
    this.#timers.set(kept, timer)
  }

  async #look(kept: Kept): Promise<void> {
    const { registry } = this.#o
    const missing = kept.names.find(([resource, namespace, name]) => registry.store(resource).cached(namespace, name) === undefined)
    try {
      if (missing !== undefined) await kept.ensure(this.#o)
    } catch (e) {
      if (!this.#stopped) this.#onError(missing!.join(' '), e)
    }
    this.#wait(kept)
  }
}
