import type { PodDisruptionBudget } from '../../client/objects-policy.ts'
import type { Pod } from '../../client/objects.ts'
import type { OwnerReference } from '../../machinery/types.ts'
import { scaled } from '../deployment/math.ts'
import { controllerOf } from '../owners.ts'

/** How many pods something keeps, and which thing that is. */
export interface Scale {
  uid: string
  replicas: number
}

export interface Expected {
  expectedPods: number
  desiredHealthy: number
  /** Names of pods that nothing keeps, where that matters. */
  unmanaged: string[]
}

/** How many pods there should be, and how many of them healthy at the least. @throws Error when a pod's keeper cannot be found */
export async function expectedOf(
  { spec = {} }: PodDisruptionBudget,
  pods: readonly Pod[],
  find: (owner: OwnerReference, namespace: string) => Promise<Scale | undefined>,
): Promise<Expected> {
  const { maxUnavailable, minAvailable } = spec
  if (maxUnavailable !== undefined) {
    const { expectedPods, unmanaged } = await scaleOf(pods, find)
    return { expectedPods, unmanaged, desiredHealthy: Math.max(expectedPods - scaled(maxUnavailable, expectedPods, true), 0) }
  }
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0, unmanaged: [] }
  if (typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable, unmanaged: [] }
  const { expectedPods, unmanaged } = await scaleOf(pods, find)
  return { expectedPods, unmanaged, desiredHealthy: scaled(minAvailable, expectedPods, true) }
}

/** The sum of what the pods' keepers want. */
async function scaleOf(pods: readonly Pod[], find: Parameters<typeof expectedOf>[2]): Promise<Omit<Expected, 'desiredHealthy'>> {
  const scales = new Map<string, number>()
  const asked = new Set<string>()
  const unmanaged: string[] = []
  for (const pod of pods) {
    const { name = '', namespace = '' } = pod.metadata
    const owner = controllerOf(pod)
    if (owner === undefined) unmanaged.push(name)
    if (owner === undefined || asked.has(owner.uid)) continue
    const scale = await find(owner, namespace)
    if (scale === undefined) throw new Error(`found no controllers for pod "${name}"`)
    asked.add(owner.uid)
    scales.set(scale.uid, scale.replicas)
  }
  return { expectedPods: [...scales.values()].reduce((a, b) => a + b, 0), unmanaged }
}
