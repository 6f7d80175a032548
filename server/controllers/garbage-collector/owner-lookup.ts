import type { Client } from '../../client/client.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject, OwnerReference } from '../../machinery/types.ts'
import type { DiscoveredResource } from '../discovery.ts'
import { FOREGROUND, referenceFrom, refersTo, type GraphNode, type OwnerGraph } from './graph.ts'

const MAX_ABSENT = 500

/**
 * `solid`: it is there; `waiting`: there, and waits for its dependents to go; `dangling`: it is not there. `unseen` is
 * solid, but no watch has told of it yet, so that nothing would tell if it went now. `unresolvable`: a cluster-scoped
 * object names an owner of a namespaced kind, which no request can look up.
 */
export type OwnerState = 'solid' | 'unseen' | 'waiting' | 'dangling' | 'unresolvable'

/** Nothing is known to be wrong: the answer may be another one later. */
export class NotYetKnownError extends Error {}

export interface OwnerLookupOptions {
  client: Client
  signal: AbortSignal
  graph: OwnerGraph
  /** The resource of a kind in exactly this version, if the server serves it. */
  resourceOf(apiVersion: string, kind: string): DiscoveredResource | undefined
}

/** Name and uid of an object of a kind; `namespace` undefined for a cluster-scoped one. */
export interface Coordinates {
  readonly resource: DiscoveredResource
  readonly namespace: string | undefined
  readonly name: string
  readonly uid: string
}

/**
 * Tells whether owners exist. A reference is looked up by all that it says, in the namespace of whoever carries it: the
 * right uid under another name, kind, version or namespace is an owner that does not exist (isDangling in upstream's
 * garbagecollector.go).
 */
export class OwnerLookup {
  readonly #o: OwnerLookupOptions
  /** Owners that were asked for and are not there, by all their coordinates: a wrong one says nothing of the right one. */
  readonly #absent = new Set<string>()

  constructor(options: OwnerLookupOptions) {
    this.#o = options
  }

  noteAbsent(owner: OwnerReference, namespace: string | undefined): void {
    this.#absent.add(keyOf(owner, namespace))
    if (this.#absent.size > MAX_ABSENT) this.#absent.delete(this.#absent.values().next().value!)
  }

  noteGone(node: GraphNode): void {
    this.noteAbsent(referenceFrom(node), node.namespace)
  }

  /** The object as the server has it, or undefined when it (this very one) is gone. */
  async live({ resource, namespace, name, uid }: Coordinates): Promise<KubeObject | undefined> {
    try {
      const obj = await this.#o.client.resource(resource).get(name, { namespace, signal: this.#o.signal })
      return obj.metadata.uid === uid ? obj : undefined
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return undefined
      throw e
    }
  }

  /**
   * @param namespace of the object that carries the reference
   * @throws NotYetKnownError when the server does not serve the owner's kind in that version
   */
  async stateOf(owner: OwnerReference, namespace: string | undefined): Promise<OwnerState> {
    const known = this.#o.graph.get(owner.uid)
    if (known !== undefined && refersTo(owner, known, namespace)) return known.deletingDependents ? 'waiting' : 'solid'
    // Asked before its kind is looked up: the kind may have gone together with the owner.
    if (this.#absent.has(keyOf(owner, undefined)) || this.#absent.has(keyOf(owner, namespace))) return 'dangling'
    const resource = this.#o.resourceOf(owner.apiVersion, owner.kind)
    if (resource === undefined) throw new NotYetKnownError(`unable to get REST mapping for ${owner.apiVersion}/${owner.kind}.`)
    if (resource.namespaced && namespace === undefined) return 'unresolvable'
    const scope = resource.namespaced ? namespace : undefined
    const live = await this.live({ resource, namespace: scope, name: owner.name, uid: owner.uid })
    if (live === undefined) {
      this.noteAbsent(owner, scope)
      return 'dangling'
    }
    if (live.metadata.deletionTimestamp != null && (live.metadata.finalizers ?? []).includes(FOREGROUND)) return 'waiting'
    return known === undefined ? 'unseen' : 'solid'
  }
}

const keyOf = ({ apiVersion, kind, name, uid }: OwnerReference, namespace: string | undefined): string =>
  JSON.stringify([apiVersion, kind, namespace ?? '', name, uid])
