import { createClient } from '../../client/client.ts'
import type { EventRecorder } from '../../client/event-recorder.ts'
import { Store } from '../../client/store.ts'
import { FakeClock } from '../../machinery/clock.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { SchedulerCache } from '../cache.ts'
import type { Handle, Listers } from '../framework.ts'
import { NominatedPods } from '../nominated-pods.ts'
import { defaultPlugins, makePlugins, type EnabledPlugin } from '../plugins/index.ts'

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
  return {
    schedulerName: 'default-scheduler',
    client: createClient(transport as never, { userAgent: 'test', clock }),
    clock,
    signal: new AbortController().signal,
    recorder: silent,
    cache,
    nominated: new NominatedPods(),
    listers: {
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
    },
    activate: () => undefined,
    onError: () => undefined,
  }
}

export const testPlugins = (handle = testHandle()): EnabledPlugin[] => makePlugins(defaultPlugins, handle)
