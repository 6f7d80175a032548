import { copyJson } from '../machinery/copy-json.ts'
import type { Clock, Timer } from '../machinery/clock.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Store } from '../registry/generic/store.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'
import { mainRules } from '../registry/generic/update-rules.ts'
import { createIn, updateIn } from '../registry/generic/write.ts'

const NAMESPACE = 'kube-system'
const NAME = 'kube-apiserver-legacy-service-account-token-tracking'
const LAST_USED = 'kubernetes.io/legacy-token-last-used'
const DAY_MS = 86_400_000
/** The ConfigMap is made anew that often at most: another server may be of the opinion that there should be none. */
const CREATE_EVERY_MS = 30 * 60_000

export interface TrackingOptions {
  store(resource: string): Store
  clock: Clock
  /** Resolves when the caches have what is stored now: a secret may be used as soon as it is written. */
  fresh(): Promise<void>
  onError(what: string, error: unknown): void
}

/**
 * Notes on secrets with tokens of service accounts when one was last used, to the day, and says since when that is noted (KEP-2799;
 * kubernetes/kubernetes pkg/controlplane/controller/legacytokentracking, pkg/serviceaccount/legacy.go). Whoever cleans up reads both.
 */
export class LegacyTokenTracking {
  readonly #o: TrackingOptions
  /** Secrets that are being written: a client sends one token with every request. */
  readonly #writing = new Set<string>()
  #context: StrategyContext | undefined
  #nextCreate = 0
  #timer: Timer | undefined
  readonly #listener = (event: { entry: { namespace: string; name: string } } | undefined): void => {
    if (event === undefined || (event.entry.namespace === NAMESPACE && event.entry.name === NAME)) this.#again()
  }

  constructor(options: TrackingOptions) {
    this.#o = options
  }

  /** Begins to write; puts the ConfigMap right when somebody deletes or breaks it. The feed must have started. */
  async start(context: StrategyContext): Promise<void> {
    this.#context = context
    this.#o.store('configmaps').resource.cache.listeners.add(this.#listener)
    await this.#keep(context)
  }

  stop(): void {
    this.#context = undefined
    this.#o.store('configmaps').resource.cache.listeners.delete(this.#listener)
    this.#timer?.cancel()
  }

  #again(): void {
    if (this.#context !== undefined) void this.#keep(this.#context)
  }

  /** The token of this secret has just been used; its label is written unless it says so. Nobody waits for it. */
  noteUse(namespace: string, name: string, { uid, labels }: KubeObject['metadata']): void {
    const now = this.#o.clock.now()
    const used = labels?.[LAST_USED]
    const context = this.#context
    if (context === undefined || used === dayOf(now) || used === dayOf(now + DAY_MS)) return
    const key = `${namespace}/${name}`
    if (this.#writing.has(key)) return
    this.#writing.add(key)
    this.#mark(context, { namespace, name, uid }, dayOf(now))
      .catch((e: unknown) => {
        if (!isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) this.#o.onError(key, e)
      })
      .finally(() => this.#writing.delete(key))
  }

  async #mark(
    context: StrategyContext,
    { namespace, name, uid }: { namespace: string; name: string; uid: string | undefined },
    today: string,
  ): Promise<void> {
    const secrets = this.#o.store('secrets')
    await this.#o.fresh()
    await updateIn(secrets, {
      ...{ namespace, name, context, rules: mainRules(secrets) },
      change: (current) => {
        const secret = copyJson(current!) as KubeObject
        if (secret.metadata.uid === uid) secret.metadata.labels = { ...secret.metadata.labels, [LAST_USED]: today }
        return secret
      },
    })
  }

  async #keep(context: StrategyContext): Promise<void> {
    const { store, clock, onError } = this.#o
    const configMaps = store('configmaps')
    const now = clock.now()
    const since = { since: dayOf(now) }
    try {
      const found = configMaps.cached(NAMESPACE, NAME)
      if (found === undefined) {
        if (now < this.#nextCreate) return this.#later(this.#nextCreate - now)
        const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace: NAMESPACE }, data: since }
        await createIn(configMaps, { object, namespace: NAMESPACE, context })
        this.#nextCreate = now + CREATE_EVERY_MS
      } else if (!isDay((found.view() as { data?: Record<string, string> }).data?.since)) {
        await updateIn(configMaps, {
          ...{ namespace: NAMESPACE, name: NAME, context, rules: mainRules(configMaps) },
          change: (current) => {
            const obj = copyJson(current!) as KubeObject & { data?: Record<string, string> }
            obj.data = { ...obj.data, ...since }
            return obj
          },
        })
      }
    } catch (e) {
      // Whoever was faster has brought an event that is looked at.
      if (!isStatusError(e, 'AlreadyExists') && !isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) onError(NAME, e)
    }
  }

  #later(ms: number): void {
    this.#timer?.cancel()
    this.#timer = this.#o.clock.setTimeout(() => this.#again(), ms)
  }
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** A date as Go's layout 2006-01-02 takes it. */
const isDay = (text: string | undefined): boolean =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && Number.isFinite(Date.parse(text)) && dayOf(Date.parse(text)) === text
