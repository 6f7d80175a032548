import { qualified } from '../machinery/status.ts'
import type { GroupResource } from '../machinery/types.ts'
import { objectCount, type Evaluator } from './evaluator.ts'
import { claimEvaluator } from './persistentvolumeclaims.ts'
import { podEvaluator } from './pods.ts'
import { resourceClaimEvaluator, type DeviceLookup } from './resourceclaims.ts'
import { serviceEvaluator } from './services.ts'

/** Kinds whose number was limited under their plain name before all kinds' was. */
const ALIASED = ['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']

/** What nobody counts (pkg/quota/v1/install): events, and what is not stored. */
const IGNORED = new Set([
  ...['bindings', 'componentstatuses', 'events', 'events.events.k8s.io'],
  ...['tokenreviews', 'selfsubjectreviews'].map((r) => `${r}.authentication.k8s.io`),
  ...['subject', 'selfsubject', 'localsubject'].map((r) => `${r}accessreviews.authorization.k8s.io`),
  'selfsubjectrulesreviews.authorization.k8s.io',
])

export const isIgnored = (resource: GroupResource): boolean => IGNORED.has(qualified(resource))

/** Evaluators by kind; one of which nothing more is known counts its objects. */
export class Evaluators {
  readonly #byResource = new Map<string, Evaluator>()

  constructor(devices: DeviceLookup, now: () => number) {
    const own = [podEvaluator(now), serviceEvaluator, claimEvaluator, resourceClaimEvaluator(devices, now)]
    for (const e of [...own, ...ALIASED.map((resource) => objectCount({ group: '', resource }, resource))]) this.#put(e)
  }

  #put(e: Evaluator): void {
    this.#byResource.set(qualified(e.resource), e)
  }

  /** Of a kind that is not ignored. */
  of(resource: GroupResource): Evaluator {
    return this.#byResource.get(qualified(resource)) ?? objectCount({ group: resource.group, resource: resource.resource })
  }

  /** From now on the kind is one of all. */
  add(resource: GroupResource): void {
    this.#put(this.of(resource))
  }

  remove(resource: GroupResource): void {
    this.#byResource.delete(qualified(resource))
  }

  /** Those that count more than objects, and what was added. */
  all(): Iterable<Evaluator> {
    return this.#byResource.values()
  }
}
