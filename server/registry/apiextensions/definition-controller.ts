import type { Admission } from '../../admission/contract.ts'
import { formatTime, type Clock } from '../../machinery/clock.ts'
import type { Entry } from '../../cache/entry.ts'
import {
  isConditionTrue,
  type CustomResourceDefinition,
  type DefinitionCondition,
  type DefinitionStatus,
} from '../../extensions/definition.ts'
import {
  acceptNames,
  apiApproval,
  CLEANUP_FINALIZER,
  establish,
  nonStructuralSchema,
  setCondition,
} from '../../extensions/definition-status.ts'
import { deepEqual } from '../../machinery/json-values.ts'
import type { Structure } from '../../fieldmanager/structure.ts'
import { copyJson } from '../../machinery/copy-json.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { type QueueObserver, WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers, untilOvertaken } from '../../machinery/workers.ts'
import { fromV1beta1 } from '../../scheme/conversion/custom-resource-definitions.ts'
import type { Storage } from '../../storage/contract.ts'
import type { ResourceDefinition } from '../definition.ts'
import type { Store } from '../generic/store.ts'
import { serverContext, type StrategyContext } from '../generic/strategy.ts'
import { statusRules } from '../generic/update-rules.ts'
import { updateIn } from '../generic/write.ts'
import type { Registry } from '../registry.ts'
import type { CallWebhook } from '../../webhook/call.ts'
import { customResource, isServable } from './custom-resource.ts'
import { deleteInstances } from './instance-deletion.ts'

export interface DefinitionControllerOptions {
  readonly queueObserver?: QueueObserver
  readonly registry: Registry
  readonly storage: Storage
  readonly clock: Clock
  readonly admission: Admission
  /** The structure of metadata, the same for all kinds. */
  objectMeta(): Structure
  readonly callWebhook: CallWebhook
  /** Work that failed and is tried again. */
  onError(name: string, error: unknown): void
}

/** Objects of these are kept by others too (apiextensions-apiserver `controller/finalizer`, OverlappingBuiltInResources). */
const OVERLAPPING = ['apiservices.apiregistration.k8s.io', 'customresourcedefinitions.apiextensions.k8s.io']
const RESOURCE = 'customresourcedefinitions.apiextensions.k8s.io'
/** How often a deletion looks whether its objects are gone. */
const POLL_MS = 500
/** So many stored definitions are read at once at the start. */
const PAGE = 500
/** Most of the work is waiting for the store. */
const WORKERS = 8

interface Made {
  /** What of the definition it was made from. */
  readonly from: string
  readonly definition: ResourceDefinition
  readonly terminating: boolean
}

/**
 * Makes CustomResourceDefinitions work: gives them their names, says in their status what became of them, serves their objects, and
 * removes those of a definition that goes (apiextensions-apiserver `pkg/controller/{status,establish,finalizer,nonstructuralschema,apiapproval}`).
 * What definitions of a group may be called depends on each other: their names are given out one by one.
 */
export class DefinitionController {
  readonly #o: DefinitionControllerOptions
  readonly #store: Store
  readonly #queue: WorkQueue
  readonly #made = new Map<string, Made>()
  /** Revisions of stored definitions on which nothing was to be done at the start. */
  readonly #done = new Map<string, number>()
  /** By group: the end of who gives out names now. */
  readonly #naming = new Map<string, Promise<unknown>>()
  readonly #context: StrategyContext
  readonly #listener = (event: { entry: Entry } | undefined): void => {
    if (event === undefined) this.#all()
    else this.#queue.add(event.entry.name)
  }

  constructor(o: DefinitionControllerOptions) {
    this.#o = o
    this.#store = o.registry.store(RESOURCE)
    this.#queue = new WorkQueue({ clock: o.clock, ...(o.queueObserver === undefined ? {} : { observer: o.queueObserver }) })
    this.#context = serverContext(o, 'apiextensions.k8s.io/v1')
  }

  /** Adds what is stored to a registry whose feed has not started; who first asks for objects of a kind waits until they are read. */
  async addStored(): Promise<void> {
    const { prefix } = this.#store.resource.schema
    const definitions: ResourceDefinition[] = []
    let after: string | undefined
    for (;;) {
      const page = await this.#o.storage.list(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) })
      for (const kv of page.items) {
        const crd = inV1(JSON.parse(this.#store.resource.schema.decode(kv.value, kv.modRevision).json.toString()) as KubeObject)
        if (!isServable(crd)) continue
        definitions.push(this.#make(crd).definition)
        if (isDone(crd)) this.#done.set(crd.metadata.name!, kv.modRevision)
      }
      if (!page.more) break
      after = page.items.at(-1)!.key
    }
    this.#o.registry.defer(definitions)
  }

  /** Begins to follow the definitions; the feed must have started. */
  start(): void {
    this.#store.resource.cache.listeners.add(this.#listener)
    for (const { name, revision } of this.#entries()) if (this.#done.get(name) !== revision) this.#queue.add(name)
    for (const name of this.#made.keys()) if (this.#store.cached('', name) === undefined) this.#queue.add(name)
    this.#done.clear()
    startWorkers({
      queue: this.#queue,
      workers: WORKERS,
      sync: (name) => untilOvertaken(() => this.#sync(name)),
      onError: (e, name) => this.#o.onError(name, e),
    })
  }

  stop(): void {
    this.#store.resource.cache.listeners.delete(this.#listener)
    this.#queue.shutDown()
  }

  #all(): void {
    for (const entry of this.#entries()) this.#queue.add(entry.name)
    for (const name of this.#made.keys()) this.#queue.add(name)
  }

  #entries(): Iterable<Entry> {
    return this.#store.resource.cache.list.entries({ namespace: '' })
  }

  #read(name: string): CustomResourceDefinition | undefined {
    const entry = this.#store.cached('', name)
    return entry === undefined ? undefined : inV1(entry.object())
  }

  #make(crd: CustomResourceDefinition): Made {
    const name = crd.metadata.name!
    const definition = customResource(crd, {
      objectMeta: () => this.#o.objectMeta(),
      callWebhook: this.#o.callWebhook,
      current: (of) => this.#read(of),
      isTerminating: (of) => this.#made.get(of)?.terminating === true,
    })
    const made = { from: sourceOf(crd), definition, terminating: isEnding(crd) }
    this.#made.set(name, made)
    return made
  }

  async #sync(name: string): Promise<void> {
    const crd = this.#read(name)
    if (crd === undefined) return this.#gone(name)
    if (!deepEqual(crd.spec.names, crd.status?.acceptedNames) && (await this.#alone(crd.spec.group, () => this.#name(name)))) return
    if (await this.#judge(crd)) return
    await this.#serve(crd)
    const established = establishedAnew(crd)
    if (established !== undefined) return this.#writeStatus(crd, { conditions: [established] })
    if (crd.metadata.deletionTimestamp && crd.metadata.finalizers?.includes(CLEANUP_FINALIZER) === true) await this.#finalize(crd)
  }

  /** Its names are free: others of its group may have them. */
  #gone(name: string): void {
    const made = this.#made.get(name)
    if (made !== undefined) {
      this.#made.delete(name)
      this.#o.registry.remove(made.definition)
    }
    const group = name.slice(name.indexOf('.') + 1)
    for (const entry of this.#entries()) {
      if (entry.name.endsWith(`.${group}`)) this.#queue.add(entry.name)
    }
  }

  async #alone<T>(group: string, work: () => Promise<T>): Promise<T> {
    const before = this.#naming.get(group) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#naming.set(group, mine)
    try {
      return await mine
    } finally {
      if (this.#naming.get(group) === mine) this.#naming.delete(group)
    }
  }

  /** Gives a definition its names; true when its status has been written, whose event brings it back. */
  async #name(name: string): Promise<boolean> {
    // Others of the group may have been given theirs meanwhile: the cache has to show it.
    await this.#store.deps.feed.fresh()
    const crd = this.#read(name)
    if (crd === undefined) return true
    const { acceptedNames, namesAccepted, established } = acceptNames(crd, this.#ofGroup(crd.spec.group))
    if (deepEqual(acceptedNames, crd.status?.acceptedNames) && deepEqual(namesAccepted, withoutTime(crd, 'NamesAccepted'))) return false
    await this.#writeStatus(crd, { acceptedNames, conditions: [namesAccepted, established] })
    return true
  }

  /** Conditions; true when the status has been written, whose event brings the definition back. */
  async #judge(crd: CustomResourceDefinition): Promise<boolean> {
    const { conditions, gone } = judged(crd)
    if (conditions.length === 0 && !gone) return false
    await this.#writeStatus(crd, { conditions }, gone ? 'NonStructuralSchema' : undefined)
    return true
  }

  #ofGroup(group: string): CustomResourceDefinition[] {
    const found: CustomResourceDefinition[] = []
    for (const entry of this.#entries()) {
      if (entry.name.endsWith(`.${group}`)) found.push(inV1(entry.object()))
    }
    return found
  }

  async #serve(crd: CustomResourceDefinition): Promise<void> {
    const name = crd.metadata.name!
    const before = this.#made.get(name)
    if (!isServable(crd)) {
      if (before === undefined) return
      this.#made.delete(name)
      return this.#o.registry.remove(before.definition)
    }
    if (before?.from === sourceOf(crd)) {
      if (before.terminating === isEnding(crd)) return
      // Nothing but its verbs in discovery is another.
      const { versions } = customResource(crd, { ...this.#o, current: () => undefined, isTerminating: () => true })
      const verbs = new Map(versions.map((v) => [v.facts.version, v.facts.verbs]))
      const definition = {
        ...before.definition,
        versions: before.definition.versions.map((v) => ({
          ...v,
          facts: { ...v.facts, verbs: verbs.get(v.facts.version) ?? v.facts.verbs },
        })),
      }
      this.#made.set(name, { ...before, definition, terminating: isEnding(crd) })
      return this.#o.registry.replace(definition)
    }
    await this.#o.registry.replace(this.#make(crd).definition)
  }

  /** Deletes what is left of its objects, then lets it go. */
  async #finalize(crd: CustomResourceDefinition): Promise<void> {
    const name = crd.metadata.name!
    const terminating = (status: 'True' | 'False', reason: string, message: string): DefinitionCondition => ({
      ...{ type: 'Terminating', status, reason, message },
    })
    if (OVERLAPPING.includes(name)) {
      return this.#letGo(crd, terminating('False', 'OverlappingBuiltInResource', 'instances overlap with built-in resources in storage'))
    }
    if (!isConditionTrue(crd, 'Established')) {
      return this.#letGo(crd, terminating('False', 'NeverEstablished', 'resource was never established'))
    }
    const progress = terminating('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress')
    const now = withoutTime(crd, 'Terminating')
    if (now?.reason === 'InstanceDeletionPending') return this.#writeStatus(crd, { conditions: [progress] })
    const store = this.#o.registry.snapshot.stores.get(name)
    if (store === undefined) throw new Error(`${name} is not served`)
    const { left, errors } = await deleteInstances(store, this.#context)
    if (errors.length > 0) {
      const failed = terminating('True', 'InstanceDeletionFailed', `could not issue all deletes: ${errors.join(', ')}`)
      if (!deepEqual(failed, now)) await this.#writeStatus(crd, { conditions: [failed] })
      throw new Error(failed.message)
    }
    if (left > 0) return this.#queue.addAfter(name, POLL_MS)
    return this.#letGo(crd, terminating('False', 'InstanceDeletionCompleted', 'removed all instances'))
  }

  #letGo(crd: CustomResourceDefinition, condition: DefinitionCondition): Promise<void> {
    return this.#write(crd, (obj) => {
      obj.status = this.#merged(obj.status, { conditions: [condition] })
      obj.metadata.finalizers = (obj.metadata.finalizers ?? []).filter((f) => f !== CLEANUP_FINALIZER)
    })
  }

  #writeStatus(
    crd: CustomResourceDefinition,
    change: { conditions: readonly DefinitionCondition[]; acceptedNames?: DefinitionStatus['acceptedNames'] },
    gone?: string,
  ): Promise<void> {
    return this.#write(crd, (obj) => {
      const status = this.#merged(obj.status, change)
      obj.status = { ...status, conditions: (status.conditions ?? []).filter((c) => c.type !== gone) }
    })
  }

  #merged(
    status: unknown,
    change: { conditions: readonly DefinitionCondition[]; acceptedNames?: DefinitionStatus['acceptedNames'] },
  ): DefinitionStatus {
    const before = (status ?? {}) as DefinitionStatus
    const now = formatTime(this.#o.clock.now())
    const conditions = change.conditions.reduce<readonly DefinitionCondition[]>(
      (all, c) => setCondition(all, c, now),
      before.conditions ?? [],
    )
    return { ...before, conditions, ...(change.acceptedNames === undefined ? {} : { acceptedNames: change.acceptedNames }) }
  }

  /** Conflict when the definition has changed since it was read. */
  async #write(crd: CustomResourceDefinition, change: (obj: KubeObject) => void): Promise<void> {
    const { name, resourceVersion } = crd.metadata
    await updateIn(this.#store, {
      namespace: '',
      name: name!,
      context: this.#context,
      rules: statusRules(this.#store),
      change(current) {
        const obj = copyJson(current!)
        obj.metadata.resourceVersion = resourceVersion!
        change(obj)
        return obj
      },
    })
  }
}

const inV1 = (obj: KubeObject): CustomResourceDefinition => fromV1beta1(obj) as unknown as CustomResourceDefinition

/** Conditions that a definition should have and has not, and whether one is out of date. */
function judged(crd: CustomResourceDefinition): { conditions: DefinitionCondition[]; gone: boolean } {
  // What is written today is structural, or it is refused.
  const structural = crd.spec.preserveUnknownFields === true ? nonStructuralSchema(crd) : undefined
  const conditions = [apiApproval(crd), structural].filter((c) => c !== undefined && !deepEqual(c, withoutTime(crd, c.type)))
  const gone = structural === undefined && crd.status?.conditions?.some((c) => c.type === 'NonStructuralSchema') === true
  return { conditions: conditions as DefinitionCondition[], gone }
}

function establishedAnew(crd: CustomResourceDefinition): DefinitionCondition | undefined {
  const established = establish(crd, hasBadBundle(crd))
  return established === undefined || deepEqual(established, withoutTime(crd, 'Established')) ? undefined : established
}

/** Whether the controller has nothing to do on a definition that is served. */
function isDone(crd: CustomResourceDefinition): boolean {
  if (crd.metadata.deletionTimestamp || !deepEqual(crd.spec.names, crd.status?.acceptedNames)) return false
  const { conditions, gone } = judged(crd)
  return conditions.length === 0 && !gone && establishedAnew(crd) === undefined
}

const isEnding = (crd: CustomResourceDefinition): boolean => Boolean(crd.metadata.deletionTimestamp) || isConditionTrue(crd, 'Terminating')

/** A generation is one spec. */
const sourceOf = ({ metadata, status }: CustomResourceDefinition): string =>
  `${metadata.uid} ${metadata.generation} ${JSON.stringify(status?.acceptedNames)}`

function withoutTime(crd: CustomResourceDefinition, type: string): DefinitionCondition | undefined {
  const found = crd.status?.conditions?.find((c) => c.type === type)
  if (found === undefined) return undefined
  const { lastTransitionTime: _, ...rest } = found
  return rest
}

/** The bundle of a conversion webhook must hold certificates where it is given. */
function hasBadBundle(crd: CustomResourceDefinition): boolean {
  const bundle = crd.spec.conversion?.webhook?.clientConfig?.caBundle
  return bundle !== undefined && bundle !== '' && !Buffer.from(bundle, 'base64').includes('-----BEGIN CERTIFICATE-----')
}
