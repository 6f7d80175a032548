import { dropManagedFields, type Informer } from '../../client/informer.ts'
import {
  DEVICE_CLASSES,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  RESOURCE_CLAIMS,
  resourceKey,
  SERVICES,
  type ResourceId,
} from '../../client/resource.ts'
import { qualified } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Evaluator } from '../../quota/evaluator.ts'
import { Evaluators, isIgnored } from '../../quota/registry.ts'
import { extendedClaimOwner } from '../../quota/resourceclaims.ts'
import type { ControllerContext } from '../controller.ts'
import { discover, type DiscoveredResource } from '../discovery.ts'
import { metadataInformer, stopMetadataInformer } from '../metadata-informers.ts'
import { periodically } from '../periodic.ts'
import { usesLess } from './uses-less.ts'

export interface CountedSink {
  /** An object of the namespace is gone, or uses less than before. */
  less(evaluator: Evaluator, namespace: string): void
  /** A kind can be counted that could not be before. */
  known(evaluator: Evaluator): void
}

const RESYNC_MS = 30_000
const OWNER = 'extended-claim-owner'
const VERBS = ['create', 'list', 'watch', 'delete']

/** Kinds of which more than the number of objects is counted. */
const WHOLE: ReadonlyMap<string, ResourceId> = new Map(
  [PODS, SERVICES, PERSISTENT_VOLUME_CLAIMS, RESOURCE_CLAIMS].map((id) => [qualified(id), id]),
)

interface Monitor {
  readonly resource: ResourceId
  readonly informer: Informer
  off(): void
}

/** Every kind that a quota can count, with its objects; kinds come and go. */
export class Counted {
  readonly #ctx: ControllerContext
  readonly #sink: CountedSink
  readonly #evaluators: Evaluators
  readonly #classes: Informer
  readonly #monitors = new Map<string, Monitor>()

  constructor(ctx: ControllerContext, sink: CountedSink) {
    this.#ctx = ctx
    this.#sink = sink
    const transform = dropManagedFields
    this.#classes = ctx.informers.informer(DEVICE_CLASSES, { transform })
    const [pods, claims] = [PODS, RESOURCE_CLAIMS].map((id) => ctx.informers.informer(id, { transform })) as [Informer, Informer]
    claims.addIndex(OWNER, (claim) => {
      const owner = extendedClaimOwner(claim)
      return owner === undefined ? [] : [`${claim.metadata.namespace}/${owner.uid}`]
    })
    const devices = {
      classes: () => this.#classes.lister.list(),
      pod: (namespace: string, name: string) => pods.lister.get(name, namespace),
      extendedClaimsOf: (namespace: string, uid: string) => claims.lister.byIndex(OWNER, `${namespace}/${uid}`),
    }
    this.#evaluators = new Evaluators(devices, () => ctx.clock.now())
  }

  /** Resolves when all kinds that the server has now are known. */
  async start(): Promise<void> {
    await Promise.all([this.#classes.synced(), this.#resync()])
    const { clock, signal } = this.#ctx
    const timer = clock.setTimeout(() => periodically(this.#ctx, RESYNC_MS, 'resource quota: discovery', () => this.#resync()), RESYNC_MS)
    signal.addEventListener('abort', () => timer.cancel(), { once: true })
  }

  evaluators(): Iterable<Evaluator> {
    return this.#evaluators.all()
  }

  /** Those that count a quota's resource of that name. */
  of(name: string): Evaluator[] {
    return [...this.#evaluators.all()].filter((e) => e.counts(name))
  }

  /** Undefined where they are not known yet. */
  objects({ resource }: Evaluator, namespace: string): KubeObject[] | undefined {
    const informer = this.#monitors.get(qualified(resource))?.informer
    return informer?.hasSynced === true ? informer.lister.list(namespace) : undefined
  }

  async #resync(): Promise<void> {
    const { resources, failures } = await discover(this.#ctx.client, this.#ctx.signal)
    const wanted = new Map(
      resources.filter((r) => r.namespaced && !isIgnored(r) && VERBS.every((v) => r.verbs.includes(v))).map((r) => [qualified(r), r]),
    )
    for (const [name, { resource, off }] of this.#monitors) {
      // A group that cannot be asked just now has not lost its kinds.
      if (wanted.has(name) || failures.has(`${resource.group}/${resource.version}`)) continue
      off()
      this.#monitors.delete(name)
      this.#evaluators.remove(resource)
      if (!WHOLE.has(name)) stopMetadataInformer(this.#ctx, resource)
    }
    const started = [...wanted].flatMap(([name, resource]) => this.#monitor(name, resource) ?? [])
    await Promise.all(started.map((informer) => informer.synced()))
  }

  #informer(name: string, resource: DiscoveredResource): Informer {
    const whole = WHOLE.get(name)
    return whole === undefined
      ? metadataInformer(this.#ctx, resource)
      : this.#ctx.informers.informer(whole, { transform: dropManagedFields })
  }

  /** The informer of a kind that was not watched so far. */
  #monitor(name: string, resource: DiscoveredResource): Informer | undefined {
    const informer = this.#informer(name, resource)
    const running = this.#monitors.get(name)
    // Somebody else who watches every kind may have stopped the one of before.
    if (running?.informer === informer && resourceKey(running.resource) === resourceKey(resource)) return undefined
    running?.off()
    this.#evaluators.add(resource)
    const evaluator = this.#evaluators.of(resource)
    const off = informer.addHandler({
      updated: (obj, old) => {
        if (usesLess(name, obj, old, this.#ctx.clock.now())) this.#sink.less(evaluator, obj.metadata.namespace ?? '')
      },
      deleted: (obj) => this.#sink.less(evaluator, obj.metadata.namespace ?? ''),
    })
    this.#monitors.set(name, { resource, informer, off })
    // Nobody waits for a kind that has no objects to show yet.
    informer.synced().then(
      () => this.#sink.known(evaluator),
      () => undefined,
    )
    return informer
  }
}
