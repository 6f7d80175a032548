import { dropManagedFields } from '../../client/informer.ts'
import {
  foreignResourceClaim,
  isReservedFor,
  knownClaimNames,
  podConsumer,
  podResourceClaims,
  resourceClaimName,
  type ResourceClaim,
  type ResourceClaimTemplate,
} from '../../client/objects-resource.ts'
import type { Pod } from '../../client/objects.ts'
import { PODS, RESOURCE_CLAIM_TEMPLATES, RESOURCE_CLAIMS } from '../../client/resource.ts'
import { byControllerUid, keyFor, keyOf } from '../../client/store.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { messageOf, unlessConflict, type Controller } from '../controller.ts'
import { isTerminal } from '../pods.ts'
import { claimSync, isDone } from './claim-sync.ts'
import { GeneratedClaims } from './generated.ts'

const BY_CLAIM = 'resourceClaim'
const BY_TEMPLATE = 'resourceClaimTemplate'
const POD = 'pod:'
const CLAIM = 'claim:'
/** A claim that so many use already takes nobody more, until one of them goes (resource.k8s.io ResourceClaimReservedForMaxSize). */
const MAX_CONSUMERS = 256

/** Whether the pod is missing among those that an allocated claim is reserved for, and there is room for it. */
const lacks = (claim: ResourceClaim, pod: Pod): boolean =>
  claim.status?.allocation !== undefined && !isReservedFor(claim, pod) && (claim.status.reservedFor ?? []).length < MAX_CONSUMERS

/**
 * Makes the claims that pods ask for by a template, says in the pods' status what they are called, and takes pods that will run no more
 * out of claims that are reserved for them, which gives the devices back (KEP-4381; kubernetes pkg/controller/resourceclaim).
 */
export const resourceClaimController: Controller = {
  name: 'resourceclaim-controller',
  account: 'resource-claim-controller',
  async start(ctx) {
    const { client, signal } = ctx
    const queue = ctx.workQueue('resource_claim')
    const transform = dropManagedFields
    const pods = ctx.informers.informer<Pod>(PODS, { transform })
    const claims = ctx.informers.informer<ResourceClaim>(RESOURCE_CLAIMS, { transform })
    const templates = ctx.informers.informer<ResourceClaimTemplate>(RESOURCE_CLAIM_TEMPLATES, { transform })
    pods.addIndex(BY_CLAIM, (pod) => knownClaimNames(pod).map((name) => keyFor(name, pod.metadata.namespace)))
    pods.addIndex(BY_TEMPLATE, (pod) =>
      podResourceClaims(pod).flatMap(({ resourceClaimTemplateName: name }) =>
        name === undefined ? [] : [keyFor(name, pod.metadata.namespace)],
      ),
    )
    claims.addIndex('controller', byControllerUid)
    const generated = new GeneratedClaims(claims.lister, templates.lister)
    const recorder = ctx.recorder('resource_claim')

    /** Whether there is a claim to make, or to reserve for a pod that has a node already. */
    const needsWork = (pod: Pod): boolean => {
      // A claim that went because its pod has finished is not made again for it.
      if (pod.metadata.deletionTimestamp != null || isTerminal(pod)) return false
      return podResourceClaims(pod).some((entry) => {
        const found = resourceClaimName(pod, entry)
        if (found === 'none') return false
        if (typeof found === 'string') return true
        const claim = claims.lister.get(found.name, pod.metadata.namespace)
        if (claim === undefined) return found.generated
        if (found.generated && foreignResourceClaim(pod, claim) !== undefined) return false
        return (pod.spec?.nodeName ?? '') !== '' && lacks(claim, pod)
      })
    }
    const look = (pod: Pod, deleted = false): void => {
      const names = knownClaimNames(pod)
      if (names.length === 0 && podResourceClaims(pod).length === 0) return
      const { namespace } = pod.metadata
      if (deleted || isTerminal(pod) || isDone(pod)) for (const name of names) queue.add(CLAIM + keyFor(name, namespace))
      if (!deleted && needsWork(pod)) queue.add(POD + keyOf(pod))
    }
    const users = (claim: ResourceClaim): void => {
      for (const pod of pods.lister.byIndex(BY_CLAIM, keyOf(claim))) look(pod)
    }
    pods.addHandler({ added: (pod) => look(pod), updated: (pod) => look(pod), deleted: (pod) => look(pod, true) })
    const claimChanged = (claim: ResourceClaim): void => {
      generated.seen(claim)
      queue.add(CLAIM + keyOf(claim))
      users(claim)
    }
    claims.addHandler({ added: claimChanged, updated: claimChanged, deleted: users })
    const templateChanged = (template: ResourceClaimTemplate): void => {
      for (const pod of pods.lister.byIndex(BY_TEMPLATE, keyOf(template))) look(pod)
    }
    templates.addHandler({ added: templateChanged, updated: templateChanged })
    await Promise.all([pods.synced(), claims.synced(), templates.synced()])

    const syncClaim = claimSync(ctx, pods.lister, claims.lister)

    async function syncPod(pod: Pod): Promise<void> {
      const { name = '', namespace = '' } = pod.metadata
      const made = new Map<string, string>()
      for (const entry of podResourceClaims(pod)) {
        try {
          const claim = await generated.provide(client, pod, entry, signal)
          if (claim !== undefined) made.set(entry.name, claim)
        } catch (e) {
          const message = `PodResourceClaim ${entry.name}: ${messageOf(e)}`
          recorder.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Warning', 'FailedResourceClaimCreation', message)
          throw new Error(`pod ${namespace}/${name}, ${message}`, { cause: e })
        }
      }
      if (made.size > 0) await tell(pod, made)
      if ((pod.spec?.nodeName ?? '') === '') return
      for (const entry of podResourceClaims(pod)) {
        const found = resourceClaimName(pod, entry)
        const claim = typeof found === 'string' ? undefined : claims.lister.get(found.name, namespace)
        if (typeof found === 'string' || claim === undefined) continue
        const foreign = found.generated ? foreignResourceClaim(pod, claim) : undefined
        if (foreign !== undefined) throw new Error(foreign)
        if (!lacks(claim, pod)) continue
        const reservedFor = [...(claim.status?.reservedFor ?? []), podConsumer(pod)]
        await client
          .resource<ResourceClaim>(RESOURCE_CLAIMS)
          .updateStatus({ ...claim, status: { ...claim.status, reservedFor } }, { namespace, signal })
      }
    }

    /** Applied as a field manager of its own: what other claims of the pod are called stays. */
    async function tell(pod: Pod, made: ReadonlyMap<string, string>): Promise<void> {
      const { name = '', namespace } = pod.metadata
      const all = new Map(made)
      for (const entry of podResourceClaims(pod)) {
        const found = resourceClaimName(pod, entry)
        if (typeof found !== 'string' && found.generated && !all.has(entry.name)) all.set(entry.name, found.name)
      }
      const resourceClaimStatuses = [...all.keys()].sort().map((key) => ({ name: key, resourceClaimName: all.get(key) }))
      const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, status: { resourceClaimStatuses } }
      const options = { namespace, subresource: 'status', fieldManager: 'ResourceClaimController', force: true, signal }
      await client.resource(PODS).patch(name, { type: 'apply', body: Buffer.from(JSON.stringify(body)) }, options)
    }

    startWorkers({
      queue,
      workers: 10,
      signal,
      onError: unlessConflict(ctx, (key) => `resource claim work ${key}`),
      async sync(key) {
        if (key.startsWith(CLAIM)) return syncClaim(key.slice(CLAIM.length))
        const pod = pods.lister.getByKey(key.slice(POD.length))
        if (pod !== undefined && needsWork(pod)) await syncPod(pod)
      },
    })
  },
}
