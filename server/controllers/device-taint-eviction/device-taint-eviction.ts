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
import { isTerminal, patchConditionOnly, says } from '../pods.ts'
import { ruleCondition, RULE_STATUS_PERIOD_MS, type RuleEffects } from './rule-status.ts'

const NAME = 'device-taint-eviction-controller'
const BY_CLAIM = 'resourceClaim'
const BY_POOL = 'pool'
const POD_OWNED = (claim: ResourceClaim): boolean => claim.metadata.ownerReferences?.some((o) => o.controller === true) === true

/** Deletes pods whose devices have a NoExecute taint, by their slice or by a rule, that their claim does not tolerate (KEP-5055). */
export const deviceTaintEvictionController: Controller = {
  name: NAME,
  gate: 'DRADeviceTaints',
  async start(ctx) {
    const { client, clock, signal } = ctx
    const queue = ctx.workQueue('device_taint_eviction')
    const statuses = ctx.workQueue('device_taint_rule_status')
    const transform = dropManagedFields
    const pods = ctx.informers.informer<Pod>(PODS, { transform })
    const claims = ctx.informers.informer<ResourceClaim>(RESOURCE_CLAIMS, { transform })
    const slices = ctx.informers.informer<ResourceSlice>(RESOURCE_SLICES, { transform })
    const rules = ctx.informers.informer<DeviceTaintRule>(DEVICE_TAINT_RULES, { transform })
    pods.addIndex(BY_CLAIM, (pod) => knownClaimNames(pod).map((name) => keyFor(name, pod.metadata.namespace)))
    slices.addIndex(BY_POOL, ({ spec }) => (spec === undefined ? [] : [`${spec.driver}/${spec.pool.name}`]))
    const recorder = ctx.recorder(NAME)
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
    claims.addHandler({ added: lookAround, updated: lookAround, deleted: lookAround })
    const hasTaints = ({ spec }: ResourceSlice): boolean => spec?.devices?.some((d) => (d.taints ?? []).length > 0) === true
    // A slice without taints may be of a newer generation than one that has them, or may have been.
    const lookAtPool = (...changed: ResourceSlice[]): void => {
      const pools = changed.flatMap(({ spec }) => (spec === undefined ? [] : [`${spec.driver}/${spec.pool.name}`]))
      if ([...changed, ...pools.flatMap((pool) => slices.lister.byIndex(BY_POOL, pool))].some(hasTaints)) lookAtAll()
    }
    slices.addHandler({ added: (s) => lookAtPool(s), updated: (s, old) => lookAtPool(s, old), deleted: (s) => lookAtPool(s) })
    rules.addHandler({ added: lookAtAll, updated: lookAtAll, deleted: lookAtAll })
    await Promise.all([pods.synced(), claims.synced(), slices.synced(), rules.synced()])

    const taintsOf = (result: DeviceAllocation, also?: DeviceTaintRule): { taint: DeviceTaint; rule?: string }[] => [
      ...deviceTaints(slices, result).map((taint) => ({ taint })),
      ...rules.lister.list().flatMap((known) => {
        const rule = known.metadata.uid === also?.metadata.uid ? also! : known
        const { taint } = rule.spec ?? {}
        return taint !== undefined && ruleSelects(rule, result.driver, result.pool, result.device)
          ? [{ taint, rule: rule.metadata.uid ?? '' }]
          : []
      }),
    ]

    /**
     * When the pod has to go, in ms, and the rules that say so, by their uid; undefined when it may stay.
     * @param also counts in place of the rule of that uid
     */
    function evictionOf(pod: Pod, also?: DeviceTaintRule): { at: number; rules: Set<string> } | undefined {
      if ((pod.spec?.nodeName ?? '') === '') return undefined
      let at: number | undefined
      const reasons = new Set<string>()
      for (const name of knownClaimNames(pod)) {
        const claim = claims.lister.get(name, pod.metadata.namespace)
        if (claim === undefined || !isReservedFor(claim, pod)) continue
        if (POD_OWNED(claim) && foreignResourceClaim(pod, claim) !== undefined) continue
        for (const result of claim.status?.allocation?.devices?.results ?? []) {
          for (const { taint, rule } of taintsOf(result, also)) {
            const time = timeOf(taint, result, clock.now())
            if (time !== undefined && rule !== undefined) reasons.add(rule)
            at = earliest(at, time)
          }
        }
      }
      return at === undefined ? undefined : { at, rules: reasons }
    }

    const evicted = new Map<string, number>()
    const effectsOf = (rule: DeviceTaintRule): RuleEffects => {
      const { uid = '' } = rule.metadata
      const { taint } = rule.spec ?? {}
      const acting = taint === undefined ? rule : { ...rule, spec: { ...rule.spec, taint: { ...taint, effect: 'NoExecute' } } }
      const selects = (driver: string, pool: string, device: string): boolean => ruleSelects(rule, driver, pool, device)
      return {
        evicted: evicted.get(uid) ?? 0,
        pendingPods() {
          const pending = pods.lister
            .list()
            .filter((pod) => pod.metadata.deletionTimestamp == null && evictionOf(pod, acting)?.rules.has(uid) === true)
          return { pods: pending.length, namespaces: new Set(pending.map((pod) => pod.metadata.namespace)).size }
        },
        selectedDevices: () => ({
          published: slices.lister.list().reduce((n, slice) => n + newestDevices(slices, slice).filter((d) => selects(...d)).length, 0),
          allocated: claims.lister
            .list()
            .flatMap((claim) => claim.status?.allocation?.devices?.results ?? [])
            .filter((r) => selects(r.driver, r.pool, r.device)).length,
        }),
      }
    }
    /** A change is told at once, what comes of it now and then. */
    const lookAtRules = (uids: ReadonlySet<string>): void => {
      for (const rule of rules.lister.list()) {
        if (uids.has(rule.metadata.uid ?? '')) statuses.addAfter(keyOf(rule), RULE_STATUS_PERIOD_MS)
      }
    }
    rules.addHandler({
      added: (rule) => statuses.add(keyOf(rule)),
      updated: (rule, old) => {
        if (rule.metadata.generation !== old.metadata.generation) statuses.add(keyOf(rule))
      },
      deleted: (rule) => void evicted.delete(rule.metadata.uid ?? ''),
    })
    startWorkers({
      queue: statuses,
      workers: 1,
      signal,
      onError: unlessConflict(ctx, (name) => `device taint rule ${name}`),
      async sync(name) {
        const rule = rules.lister.get(name)
        if (rule?.spec === undefined) return
        const condition = ruleCondition(rule, effectsOf(rule), clock.now())
        if (typeof condition === 'number') return statuses.addAfter(name, condition)
        if (condition === undefined) return
        const { group, version } = DEVICE_TAINT_RULES
        const { uid } = rule.metadata
        const body = {
          apiVersion: `${group}/${version}`,
          kind: 'DeviceTaintRule',
          metadata: { name, uid },
          status: { conditions: [condition] },
        }
        await client
          .resource(DEVICE_TAINT_RULES)
          .patch(
            name,
            { type: 'apply', body: Buffer.from(JSON.stringify(body)) },
            { subresource: 'status', fieldManager: NAME, force: true, signal },
          )
      },
    })

    const event = (pod: Pod, message: string): void =>
      recorder.event({ apiVersion: 'v1', kind: 'Pod', object: pod }, 'Normal', 'DeviceTaintManagerEviction', message)

    /** Whether this took the pod away. */
    async function evict(cached: Pod): Promise<boolean> {
      const { namespace, name } = splitKey(keyOf(cached))
      try {
        const pod = await client.resource<Pod>(PODS).get(name, { namespace, signal })
        // Replaced by another of its name, or on its way already.
        if (pod.metadata.uid !== cached.metadata.uid || pod.metadata.deletionTimestamp != null) return false
        event(cached, 'Marking for deletion')
        const message = 'Device Taint manager: deleting due to NoExecute taint'
        const target = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByDeviceTaintManager', message } as const
        if (!says(pod, target)) await patchConditionOnly(ctx, pod, target)
        const { uid } = pod.metadata
        await client.resource(PODS).delete(name, { namespace, preconditions: uid === undefined ? {} : { uid }, signal })
        return true
      } catch (e) {
        if (!isStatusError(e, 'NotFound')) throw e
        return false
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
        const eviction = evictionOf(pod)
        if (eviction === undefined) {
          if (running.delete(key)) event(pod, 'Cancelling deletion')
          return
        }
        lookAtRules(eviction.rules)
        const left = eviction.at - clock.now()
        if (left > 0) {
          running.add(key)
          return queue.addAfter(key, left)
        }
        running.delete(key)
        if (!(await evict(pod))) return
        for (const rule of eviction.rules) evicted.set(rule, (evicted.get(rule) ?? 0) + 1)
        lookAtRules(eviction.rules)
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

const newestGeneration = (all: readonly ResourceSlice[]): number => all.reduce((n, s) => Math.max(n, s.spec?.pool.generation ?? 0), 0)

/** Driver, pool and name of the devices of a slice; none when there is a newer generation of its pool. */
function newestDevices(slices: Informer<ResourceSlice>, { spec }: ResourceSlice): [driver: string, pool: string, device: string][] {
  if (spec === undefined) return []
  const { driver, pool } = spec
  const newest = newestGeneration(slices.lister.byIndex(BY_POOL, `${driver}/${pool.name}`))
  return (pool.generation ?? 0) === newest ? (spec.devices ?? []).map((d) => [driver, pool.name, d.name]) : []
}

/** Taints of the device in its pool's newest slices. */
function deviceTaints(slices: Informer<ResourceSlice>, { driver, pool, device }: DeviceAllocation): DeviceTaint[] {
  const all = slices.lister.byIndex(BY_POOL, `${driver}/${pool}`)
  const newest = newestGeneration(all)
  const found = all
    .flatMap(({ spec }) => ((spec?.pool.generation ?? 0) === newest ? (spec?.devices ?? []) : []))
    .find((d) => d.name === device)
  return found?.taints ?? []
}
