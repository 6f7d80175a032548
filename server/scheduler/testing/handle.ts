import { createClient } from '../../client/client.ts'
import type { EventRecorder } from '../../client/event-recorder.ts'
import { Store } from '../../client/store.ts'
import { FakeClock } from '../../machinery/clock.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { SchedulerCache } from '../cache.ts'
import { Claims } from '../claims.ts'
import type { Handle, Listers } from '../framework.ts'
import { NominatedPods } from '../nominated-pods.ts'
import { defaultConfiguration, loadConfiguration } from '../config/load.ts'
import { makeProfile, type Profile } from '../profile.ts'
import { PreBindingPods } from '../pre-binding-pods.ts'
import { WaitingPods } from '../waiting-pods.ts'

const silent: EventRecorder = { event: () => undefined, flush: () => Promise.resolve() }

/** A scheduler's inside for plugins that are asked one by one: what they would write goes nowhere. */
export function testHandle(cache = new SchedulerCache(), objects: Partial<Record<keyof Listers, readonly KubeObject[]>> = {}): Handle {
  const clock = new FakeClock()
  const never = new Promise<never>(() => undefined)
  const transport = { request: () => never, open: () => never, close: () => undefined }
  const lister = <T extends KubeObject>(name: keyof Listers): Store<T> => {
    const store = new Store<T>()
    for (const obj of objects[name] ?? [])
      store.set(`${obj.metadata.namespace ?? ''}${obj.metadata.namespace === undefined ? '' : '/'}${obj.metadata.name}`, obj as T)
    return store
  }
  const listers: Listers = {
    namespaces: lister('namespaces'),
    services: lister('services'),
    replicationControllers: lister('replicationControllers'),
    replicaSets: lister('replicaSets'),
    statefulSets: lister('statefulSets'),
    budgets: lister('budgets'),
    persistentVolumeClaims: lister('persistentVolumeClaims'),
    persistentVolumes: lister('persistentVolumes'),
    storageClasses: lister('storageClasses'),
    csiNodes: lister('csiNodes'),
    csiDrivers: lister('csiDrivers'),
    csiStorageCapacities: lister('csiStorageCapacities'),
    volumeAttachments: lister('volumeAttachments'),
    resourceClaims: lister('resourceClaims'),
    resourceSlices: lister('resourceSlices'),
    deviceClasses: lister('deviceClasses'),
    deviceTaintRules: lister('deviceTaintRules'),
  }
  return {
    schedulerName: 'default-scheduler',
    client: createClient(transport as never, { userAgent: 'test', clock }),
    clock,
    signal: new AbortController().signal,
    recorder: silent,
    cache,
    nominated: new NominatedPods(),
    listers,
    claims: new Claims(listers.resourceClaims),
    extenders: [],
    waitingPods: new WaitingPods(clock),
    preBinding: new PreBindingPods(),
    activate: () => undefined,
    reconsider: () => undefined,
    onError: () => undefined,
  }
}

/** The default profile, or the first of a configuration. */
export function testProfile(handle = testHandle(), configuration?: object): Profile {
  const c = configuration === undefined ? defaultConfiguration() : loadConfiguration(JSON.stringify({ ...TYPE, ...configuration }))
  return makeProfile(c.profiles[0]!, c.percentageOfNodesToScore, handle)
}

const TYPE = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' }
