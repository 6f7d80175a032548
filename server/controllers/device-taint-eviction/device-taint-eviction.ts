import { toleratesDeviceTaint, ruleSelects } from '../../client/device-taints.ts'
import { dropManagedFields, type Informer } from '../../client/informer.ts'
import {
  foreignResourceClaim,
  isReservedFor,
  knownClaimNames,
  type DeviceAllocation,
  type DeviceTaint,
  type DeviceTaintRule,
  type ResourceClaim,
  type ResourceSlice,
} from '../../client/objects-resource.ts'
import type { Pod } from '../../client/objects.ts'
import { DEVICE_TAINT_RULES, PODS, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../../client/resource.ts'
import { keyFor, keyOf, splitKey } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { isTerminal, patchCondition } from '../pods.ts'

const BY_CLAIM = 'resourceClaim'
const BY_POOL = 'pool'
const POD_OWNED = (claim: ResourceClaim): boolean => claim.metadata.ownerReferences?.some((o) => o.controller === true) === true

/** Deletes pods whose devices have a NoExecute taint, by their slice or by a rule, that their claim does not tolerate (KEP-5055). */
export const deviceTaintEvictionController: Controller = {
  name: 'device-taint-eviction-controller',
  async start(ctx) {
    const { client, clock, signal } = ctx
    const queue = ctx.workQueue('device_taint_eviction')
    const transform = dropManagedFields
    const pods = ctx.informers.informer<Pod>(PODS, { transform })
    const claims = ctx.informers.informer<ResourceClaim>(RESOURCE_CLAIMS, { transform })
    const slices = ctx.informers.informer<ResourceSlice>(RESOURCE_SLICES, { transform })
    const rules = ctx.informers.informer<DeviceTaintRule>(DEVICE_TAINT_RULES, { transform })
    pods.addIndex(BY_CLAIM, (pod) => knownClaimNames(pod).map((name) => keyFor(name, pod.metadata.namespace)))
    slices.addIndex(BY_POOL, ({ spec }) => (spec === undefined ? [] : [`${spec.driver}/${spec.pool.name}`]))
    const recorder = ctx.recorder('device-taint-eviction')
    /** Pods whose time is running. */
    const running = new Set<string>()

    const look = (pod: Pod): void => {
      if (knownClaimNames(pod).length > 0) queue.add(keyOf(pod))
    }
    const lookAround = (claim: ResourceClaim): void => pods.lister.byIndex(BY_CLAIM, keyOf(claim)).forEach(look)
    const lookAtAll = (): void => {
      for (const claim of claims.lister.list()) if (claim.status?.allocation !== undefined) lookAround(claim)
    }
    pods.addHandler({ added: look, updated: look, deleted: (pod) => void running.delete(keyOf(pod)) })
    claims.addHandler({ added: lookAround, updated: lookAround })
    const hasTaints = ({ spec }: ResourceSlice): boolean => spec?.devices?.some((d) => (d.taints ?? []).length > 0) === true
    slices.addHandler({
      added: (s) => hasTaints(s) && lookAtAll(),
      updated: (s, old) => (hasTaints(s) || hasTaints(old)) && lookAtAll(),
      deleted: (s) => hasTaints(s) && lookAtAll(),
    })
    rules.addHandler({ added: lookAtAll, updated: lookAtAll, deleted: lookAtAll })
    await Promise.all([pods.synced(), claims.synced(), slices.synced(), rules.synced()])

    const taintsOf = (result: DeviceAllocation): DeviceTaint[] => [
      ...deviceTaints(slices, result),
      ...rules.lister.list().flatMap((rule) => {
        const { taint } = rule.spec ?? {}
        return taint !== undefined && ruleSelects(rule, result.driver, result.pool, result.device) ? [taint] : []
      }),
    ]

    /** When the pod has to go, in ms; undefined when it may stay. */
    function evictionTime(pod: Pod): number | undefined {
      if ((pod.spec?.nodeName ?? '') === '') return undefined
      let at: number | undefined
      for (const name of knownClaimNames(pod)) {
        const claim = claims.lister.get(name, pod.metadata.namespace)
        if (claim === undefined || !isReservedFor(claim, pod)) continue
        if (POD_OWNED(claim) && foreignResourceClaim(pod, claim) !== undefined) continue
        for (const result of claim.status?.allocation?.devices?.results ?? []) {
          for (const taint of taintsOf(result)) at = earliest(at, timeOf(taint, result, clock.now()))
        }
      }
      return at
    }

    const event = (pod: Pod, message: string): void =>
      recorder.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Normal', 'DeviceTaintManagerEviction', message)

    async function evict(cached: Pod): Promise<void> {
      const { namespace, name } = splitKey(keyOf(cached))
      event(cached, 'Marking for deletion')
      try {
        const pod = await client.resource<Pod>(PODS).get(name, { namespace, signal })
        if (pod.metadata.uid !== cached.metadata.uid) return
        const message = 'Device Taint manager: deleting due to NoExecute taint'
        await patchCondition(ctx, pod, { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByDeviceTaintManager', message })
        const { uid } = pod.metadata
        await client.resource(PODS).delete(name, { namespace, preconditions: uid === undefined ? {} : { uid }, signal })
      } catch (e) {
        if (!isStatusError(e, 'NotFound')) throw e
      }
    }

    startWorkers({
      queue,
      workers: 10,
      signal,
      onError: unlessConflict(ctx, (key) => `pod ${key}`),
      async sync(key) {
        const pod = pods.lister.getByKey(key)
        if (pod === undefined || pod.metadata.deletionTimestamp != null || isTerminal(pod)) return void running.delete(key)
        const at = evictionTime(pod)
        if (at === undefined) {
          if (running.delete(key)) event(pod, 'Cancelling deletion')
          return
        }
        const left = at - clock.now()
        if (left > 0) {
          running.add(key)
          return queue.addAfter(key, left)
        }
        running.delete(key)
        await evict(pod)
      },
    })
  },
}

const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)

/** When the taint takes effect on whoever has the device; undefined when it never does. */
function timeOf(taint: DeviceTaint, { tolerations = [] }: DeviceAllocation, now: number): number | undefined {
  if (taint.effect !== 'NoExecute') return undefined
  const since = taint.timeAdded == null ? now : Date.parse(taint.timeAdded)
  const matching = tolerations.filter((t) => t.effect === 'NoExecute' && toleratesDeviceTaint(t, taint))
  if (matching.some((t) => t.tolerationSeconds === undefined)) return undefined
  const seconds = matching.map((t) => Math.max(t.tolerationSeconds ?? 0, 0))
  return since + (seconds.length === 0 ? 0 : Math.min(...seconds) * 1000)
}

/** Taints of the device in its pool's newest slices. */
function deviceTaints(slices: Informer<ResourceSlice>, { driver, pool, device }: DeviceAllocation): DeviceTaint[] {
  const all = slices.lister.byIndex(BY_POOL, `${driver}/${pool}`)
  const newest = Math.max(0, ...all.map((s) => s.spec?.pool.generation ?? 0))
  const found = all
    .flatMap(({ spec }) => ((spec?.pool.generation ?? 0) === newest ? (spec?.devices ?? []) : []))
    .find((d) => d.name === device)
  return found?.taints ?? []
}
