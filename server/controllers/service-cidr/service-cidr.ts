import { dropManagedFields } from '../../client/informer.ts'
import type { MetaCondition } from '../../client/objects-policy.ts'
import { IP_ADDRESSES, SERVICE_CIDRS } from '../../client/resource.ts'
import { formatTime } from '../../machinery/clock.ts'
import { parseAddress, parseCidr } from '../../machinery/ip.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { hasFinalizer, setFinalizer } from '../finalizers.ts'

interface ServiceCIDR extends KubeObject {
  spec?: { cidrs?: string[] }
  status?: { conditions?: MetaCondition[] }
}

const NAME = 'service-cidr-controller'
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer'
/** An address that somebody else has made, and no allocator given, keeps no range. */
const isGiven = ({ metadata }: KubeObject): boolean => metadata.labels?.['ipaddress.kubernetes.io/managed-by'] === 'ipallocator.k8s.io'

/** So long allocators may take to hear that a range goes. */
const GRACE_MS = 10_000

/** Whether a range has the address, or all of another range. */
export function covers(cidr: string, other: string): boolean {
  const outer = parseCidr(cidr)
  const inner = other.includes('/') ? parseCidr(other) : parseAddress(other)
  if (outer === undefined || inner === undefined || outer.family !== inner.family) return false
  const width = BigInt(outer.family === 4 ? 32 : 128)
  const mask = 'prefix' in inner ? Number((inner as { prefix: number }).prefix) : Number(width)
  const shift = width - BigInt(outer.prefix)
  return mask >= outer.prefix && outer.bits >> shift === inner.bits >> shift
}

/** A range of service addresses says that it is ready; one that goes waits until none of its addresses would be without a range. */
export const serviceCIDRController: Controller = {
  name: NAME,
  account: 'service-cidrs-controller',
  async start(ctx) {
    const { client, clock, signal } = ctx
    const queue = ctx.workQueue('ipaddresses')
    const recorder = ctx.recorder(NAME)
    const ranges = ctx.informers.informer<ServiceCIDR>(SERVICE_CIDRS, { transform: dropManagedFields })
    const addresses = ctx.informers.informer(IP_ADDRESSES, { transform: dropManagedFields })
    const cidrsOf = (range: ServiceCIDR): string[] => range.spec?.cidrs ?? []
    const lookAtAll = (): void => {
      for (const range of ranges.lister.list()) queue.add(range.metadata.name ?? '')
    }
    const lookAround = ({ metadata }: KubeObject): void => {
      for (const range of ranges.lister.list()) {
        const about = range.metadata.deletionTimestamp != null && cidrsOf(range).some((c) => covers(c, metadata.name ?? ''))
        if (about) queue.add(range.metadata.name ?? '')
      }
    }
    ranges.addHandler({ added: lookAtAll, updated: (range) => queue.add(range.metadata.name ?? ''), deleted: lookAtAll })
    addresses.addHandler({ added: lookAround, deleted: lookAround })
    await Promise.all([ranges.synced(), addresses.synced()])

    /** No address would be left without a range. */
    const isSpare = (range: ServiceCIDR): boolean => {
      const others = ranges.lister
        .list()
        .filter((r) => r.metadata.name !== range.metadata.name)
        .flatMap(cidrsOf)
      const orphaned = (address: string): boolean =>
        cidrsOf(range).some((c) => covers(c, address)) && !others.some((c) => covers(c, address))
      if (cidrsOf(range).every((c) => others.some((o) => covers(o, c)))) return true
      return !addresses.lister.list().some((a) => isGiven(a) && orphaned(a.metadata.name ?? ''))
    }
    const say = async (range: ServiceCIDR, condition: Omit<MetaCondition, 'type' | 'lastTransitionTime'>): Promise<void> => {
      const old = range.status?.conditions?.find((c) => c.type === 'Ready')
      if (old?.status === condition.status && old.reason === condition.reason && old.message === condition.message) return
      const { name = '' } = range.metadata
      const next = { type: 'Ready', ...condition, lastTransitionTime: formatTime(clock.now()) }
      const config = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, status: { conditions: [next] } }
      // Applied, so that what others say of the range stays.
      const patch = { type: 'apply', body: Buffer.from(JSON.stringify(config)) } as const
      await client.resource(SERVICE_CIDRS).patch(name, patch, { subresource: 'status', fieldManager: NAME, force: true, signal })
    }
    const sayReady = async (range: ServiceCIDR): Promise<void> => {
      try {
        await say(range, { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' })
      } catch (e) {
        const subject = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', object: range }
        recorder.event(subject, 'Warning', 'KubernetesServiceCIDRError', 'The ServiceCIDR Status can not be set to Ready=True')
        throw e
      }
    }
    startWorkers({
      queue,
      workers: 5,
      signal,
      onError: unlessConflict(ctx, (key) => `servicecidr ${key}`),
      async sync(name) {
        const range = ranges.lister.get(name)
        if (range === undefined) return
        try {
          const going = range.metadata.deletionTimestamp
          if (going == null) {
            if (!hasFinalizer(range, FINALIZER)) await setFinalizer(ctx, SERVICE_CIDRS, range, FINALIZER, true)
            return await sayReady(range)
          }
          if (!isSpare(range)) {
            const message = 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR'
            return await say(range, { status: 'False', reason: 'Terminating', message })
          }
          const left = Date.parse(going) + GRACE_MS - clock.now()
          if (left > 0) return queue.addAfter(name, Math.min(left, GRACE_MS))
          if (hasFinalizer(range, FINALIZER)) await setFinalizer(ctx, SERVICE_CIDRS, range, FINALIZER, false)
        } catch (e) {
          if (!isStatusError(e, 'NotFound')) throw e
        }
      },
    })
  },
}
