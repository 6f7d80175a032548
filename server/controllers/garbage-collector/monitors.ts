import { resourceKey } from '../../client/resource.ts'
import { apiVersionOf, type KubeObject } from '../../machinery/types.ts'
import type { ControllerContext } from '../controller.ts'
import { discover, type DiscoveredResource } from '../discovery.ts'
import { metadataInformer, stopMetadataInformer } from '../metadata-informers.ts'

/** Called for each object of each kind. */
export interface MonitorSink {
  put(resource: DiscoveredResource, obj: KubeObject): void
  remove(resource: DiscoveredResource, obj: KubeObject): void
}

// Events own nothing, are many, and go by themselves.
const IGNORED = new Set(['events.', 'events.events.k8s.io'])

/** Watches the metadata of every kind that can be deleted, and keeps up with kinds that come and go. */
export class Monitors {
  readonly #ctx: ControllerContext
  readonly #sink: MonitorSink
  readonly #running = new Map<string, { resource: DiscoveredResource; stop(): void }>()
  #byKind = new Map<string, DiscoveredResource>()

  constructor(ctx: ControllerContext, sink: MonitorSink) {
    this.#ctx = ctx
    this.#sink = sink
  }

  /** The resource of an owner reference's kind, in exactly that version; undefined when it is not served. */
  resourceOf(apiVersion: string, kind: string): DiscoveredResource | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`)
  }

  /** Starts and stops watches so that they match what the server has; resolves when the new ones are filled. */
  async resync(): Promise<void> {
    const { resources, served, failures } = await discover(this.#ctx.client, this.#ctx.signal)
    this.#byKind = new Map(served.map((r) => [`${apiVersionOf(r.group, r.version)}/${r.kind}`, r]))
    const wanted = new Map(
      resources
        .filter((r) => ['delete', 'list', 'watch'].every((v) => r.verbs.includes(v)) && !IGNORED.has(`${r.resource}.${r.group}`))
        .map((r) => [resourceKey(r), r]),
    )
    for (const [key, { resource, stop }] of this.#running) {
      // A group that cannot be asked just now has not lost its kinds.
      const unsure = [...failures.keys()].some((gv) => gv === `${resource.group}/${resource.version}`)
      if (wanted.has(key) || unsure) continue
      stop()
      this.#running.delete(key)
    }
    const starting = [...wanted].filter(([key]) => !this.#running.has(key)).map(([key, r]) => this.#start(key, r))
    await Promise.all(starting)
  }

  #start(key: string, resource: DiscoveredResource): Promise<void> {
    const informer = metadataInformer(this.#ctx, resource)
    const off = informer.addHandler({
      added: (obj) => this.#sink.put(resource, obj),
      updated: (obj) => this.#sink.put(resource, obj),
      deleted: (obj) => this.#sink.remove(resource, obj),
    })
    this.#running.set(key, {
      resource,
      stop: () => {
        const left = informer.lister.list()
        off()
        stopMetadataInformer(this.#ctx, resource)
        for (const obj of left) this.#sink.remove(resource, obj)
      },
    })
    return informer.synced()
  }
}
