import type { PersistentVolume } from '../../client/objects-storage.ts'
import type { Pod } from '../../client/objects.ts'
import { CORE_EVENTS, PERSISTENT_VOLUMES, PODS } from '../../client/resource.ts'
import { keyFor, keyOf } from '../../client/store.ts'
import { integerValue, parseQuantity } from '../../machinery/quantity.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { messageOf } from '../controller.ts'
import { BY_CLAIM, isTerminal } from '../pods.ts'
import type { BinderParts } from './parts.ts'

const NAMESPACE = 'default'
const PREFIX = 'recycler-for-'
const GIBI = 1n << 30n

/** Fields of a volume that can be emptied, with the seconds that this may take: at least, and for each GiB. */
const RECYCLABLE = {
  hostPath: { least: 60n, each: 30n, of: (source: Source) => ({ path: source.path }) },
  nfs: { least: 300n, each: 30n, of: (source: Source) => ({ server: source.server, path: source.path }) },
} as const

type Source = Readonly<Record<string, unknown>>
type Field = keyof typeof RECYCLABLE

/** The volume whose emptying this pod is; undefined for any other pod. */
export const recycledBy = ({ metadata: { name = '', namespace } }: Pod): string | undefined =>
  namespace === NAMESPACE && name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined

interface EventObject extends KubeObject {
  type?: string
  message?: string
}

/**
 * Empties released volumes whose policy is Recycle by a pod that deletes what is in them (pkg/volume/util/recyclerclient). It is deprecated,
 * and lives on for directories and NFS.
 */
export class Recycling {
  readonly #p: BinderParts
  /** Pods under way, by the volume's name, and what ends the watch of their events. */
  readonly #running = new Map<string, { uid: string | undefined; ended: AbortController }>()

  constructor(parts: BinderParts) {
    this.#p = parts
  }

  /** Whether it is empty now, or why that failed; a later look goes on where this one ends. */
  async recycle(volume: PersistentVolume): Promise<boolean | string> {
    const { name = '' } = volume.metadata
    const running = this.#running.get(name)
    if (running === undefined) return (await this.#mayStart(volume)) ? this.#begin(volume) : false
    const pod = await this.#pod(name)
    if (pod !== undefined && pod.metadata.uid === running.uid && !isTerminal(pod)) return false
    this.#running.delete(name)
    running.ended.abort()
    if (pod?.metadata.uid !== running.uid) return failed('recycler pod was deleted')
    await this.#remove(name)
    if (pod?.status?.phase === 'Succeeded') return true
    return failed(String(pod?.status?.message ?? '') || 'pod failed, pod.Status.Message unknown')
  }

  async #mayStart(volume: PersistentVolume): Promise<boolean> {
    const { client, signal } = this.#p.ctx
    const fresh = await client.resource<PersistentVolume>(PERSISTENT_VOLUMES).get(volume.metadata.name ?? '', { signal })
    const ref = fresh.spec?.claimRef
    if ((ref?.uid ?? '') === '' || ref?.uid !== volume.spec?.claimRef?.uid) return false
    const key = keyFor(ref?.name ?? '', ref?.namespace)
    const users = this.#p.pods.byIndex(BY_CLAIM, key).filter((pod) => !isTerminal(pod))
    if (users.length === 0 || this.#p.claims.getByKey(key) !== undefined) return true
    this.#event(volume, 'Normal', 'VolumeFailedRecycle', `Volume is used by pods: ${users.map(keyOf).sort().join(',')}`)
    return false
  }

  async #begin(volume: PersistentVolume): Promise<false | string> {
    const { name = '' } = volume.metadata
    const field = (Object.keys(RECYCLABLE) as Field[]).find((f) => volume.spec?.[f] !== undefined)
    if (field === undefined) return 'No recycler plugin found for the volume!'
    const { client, signal } = this.#p.ctx
    const ended = new AbortController()
    this.#relay(volume, AbortSignal.any([ended.signal, signal])).catch((e: unknown) => {
      if (!ended.signal.aborted && !signal.aborted) this.#p.ctx.onError(e, `events of the recycler of ${name}`)
    })
    try {
      const made = await client.resource<Pod>(PODS).create(podFor(volume, field), { namespace: NAMESPACE, signal })
      this.#running.set(name, { uid: made.metadata.uid, ended })
      return false
    } catch (e) {
      ended.abort()
      if (!isStatusError(e, 'AlreadyExists')) return `Recycle failed: unexpected error creating recycler pod:  ${messageOf(e)}`
      // Somebody else's, or of an earlier life: nobody knows what it does.
      await this.#remove(name)
      return 'Recycle failed: old recycler pod found, will retry later'
    }
  }

  async #pod(name: string): Promise<Pod | undefined> {
    const { client, signal } = this.#p.ctx
    try {
      return await client.resource<Pod>(PODS).get(PREFIX + name, { namespace: NAMESPACE, signal })
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return undefined
      throw e
    }
  }

  async #remove(name: string): Promise<void> {
    const { client, signal } = this.#p.ctx
    try {
      await client.resource(PODS).delete(PREFIX + name, { namespace: NAMESPACE, signal })
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
    }
  }

  /** What happens to the pod is told of the volume, which is what people look at. */
  async #relay(volume: PersistentVolume, signal: AbortSignal): Promise<void> {
    const fieldSelector = `involvedObject.name=${PREFIX}${volume.metadata.name}`
    const events = this.#p.ctx.client.resource<EventObject>(CORE_EVENTS)
    for await (const { type: change, object } of await events.watch({ namespace: NAMESPACE, fieldSelector, signal })) {
      if (change !== 'ADDED') continue
      const { type, message } = object as EventObject
      this.#event(volume, type === 'Warning' ? 'Warning' : 'Normal', 'RecyclerPod', `Recycler pod: ${message}`)
    }
  }

  #event(object: PersistentVolume, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#p.recorder.event({ apiVersion: 'v1', kind: 'PersistentVolume', object }, type, reason, message)
  }
}

const failed = (why: string): string => `Recycle failed: failed to recycle volume: ${why}`

function podFor({ metadata, spec }: PersistentVolume, field: Field): Pod {
  const { least, each, of } = RECYCLABLE[field]
  const wanted = (integerValue(parseQuantity(spec?.capacity?.storage ?? '0')) / GIBI) * each
  const script = 'test -e /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)" || exit 1'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${PREFIX}${metadata.name}`, namespace: NAMESPACE },
    spec: {
      activeDeadlineSeconds: Number(wanted < least ? least : wanted),
      restartPolicy: 'Never',
      volumes: [{ name: 'vol', [field]: of(spec![field] as Source) }],
      containers: [
        {
          name: 'pv-recycler',
          image: 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.6',
          command: ['/bin/sh'],
          args: ['-c', script],
          volumeMounts: [{ name: 'vol', mountPath: '/scrub' }],
        },
      ],
    },
  } as KubeObject as Pod
}
