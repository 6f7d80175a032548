import type { Feed } from '../cache/feed.ts'
import type { HealthCheck } from '../handlers/health.ts'
import type { Storage } from '../storage/contract.ts'

/** What the server does once it serves, by upstream's names and in its order; a piece of work may stand for several. */
const POST_START_HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
] as const
/** Those of upstream's aggregator that come after the registration of its own groups. */
const LAST_HOOKS = ['apiservice-openapi-controller', 'apiservice-openapiv3-controller'] as const
type PostStartHook = (typeof POST_START_HOOKS)[number] | (typeof LAST_HOOKS)[number]

/** Plugins of admission read from the same caches as everything else. */
export const INFORMERS: readonly PostStartHook[] = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'storage-readiness',
]
export const IDENTITY: readonly PostStartHook[] = [
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
]
export const CUSTOM_RESOURCES: readonly PostStartHook[] = [
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
]
const REGISTRATION = 'kube-apiserver-autoregistration'
export const AGGREGATION: readonly PostStartHook[] = [
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  REGISTRATION,
  ...LAST_HOOKS,
]

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

  /** Does what hooks are for; the server is not ready before. Returns what the work comes to. */
  async postStart<T>(hooks: PostStartHook | readonly PostStartHook[], work: () => T): Promise<Awaited<T>> {
    const done = await work()
    for (const hook of [hooks].flat() as PostStartHook[]) this.#finished.add(hook)
    return done
  }

  stop(): void {
    this.#stopping = true
  }

  #checkFinished(hook: PostStartHook): void {
    if (!this.#finished.has(hook)) fail('not finished')
  }

  checks(storage: Storage, feed: Feed): HealthCheck[] {
    const ofHook = (hook: PostStartHook): HealthCheck => ({ name: `poststarthook/${hook}`, check: () => this.#checkFinished(hook) })
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
      ...POST_START_HOOKS.map(ofHook),
      { name: 'autoregister-completion', check: () => this.#checkFinished(REGISTRATION) },
      ...LAST_HOOKS.map(ofHook),
      { name: 'shutdown', check: () => (this.#stopping ? fail('process is shutting down') : undefined), only: ['readyz'] },
    ]
  }
}
