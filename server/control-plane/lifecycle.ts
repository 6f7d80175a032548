import type { Feed } from '../cache/feed.ts'
import type { HealthCheck } from '../handlers/health.ts'
import type { Storage } from '../storage/contract.ts'

/** What the server does once it serves, by upstream's names. */
const POST_START_HOOKS = [
  'start-system-namespaces-controller',
  'scheduling/bootstrap-system-priority-classes',
  'start-kubernetes-service-cidr-controller',
  'bootstrap-controller',
  'rbac/bootstrap-roles',
  'start-cluster-authentication-info-controller',
  'start-legacy-token-tracking-controller',
  'kube-apiserver-autoregistration',
] as const
type PostStartHook = (typeof POST_START_HOOKS)[number]

const fail = (why: string): never => {
  throw new Error(why)
}

/** Where the server is between its start and its end; /readyz, /livez and /healthz tell of it (apiserver `server/hooks.go`, `lifecycle_signals.go`). */
export class Lifecycle {
  readonly #finished = new Set<PostStartHook>()
  #stopping = false

  get stopping(): boolean {
    return this.#stopping
  }

  /** Does what a hook is for; the server is not ready before. */
  async postStart(hook: PostStartHook, work: () => Promise<unknown>): Promise<void> {
    await work()
    this.#finished.add(hook)
  }

  stop(): void {
    this.#stopping = true
  }

  checks(storage: Storage, feed: Feed): HealthCheck[] {
    const askStorage = async (): Promise<void> => void (await storage.currentRevision())
    return [
      { name: 'ping', check: () => undefined },
      { name: 'log', check: () => undefined },
      { name: 'etcd', check: askStorage },
      { name: 'etcd-readiness', check: askStorage, only: ['readyz'] },
      {
        name: 'informer-sync',
        check: () => (feed.healthy ? undefined : fail('the watch cache is catching up with the store')),
        only: ['readyz'],
      },
      ...POST_START_HOOKS.map((hook) => ({
        name: `poststarthook/${hook}`,
        check: () => (this.#finished.has(hook) ? undefined : fail('not finished')),
      })),
      { name: 'shutdown', check: () => (this.#stopping ? fail('process is shutting down') : undefined), only: ['readyz'] },
    ]
  }
}
