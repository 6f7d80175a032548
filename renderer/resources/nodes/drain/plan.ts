import type { Pod } from '../../pods/types.ts'

/** What becomes of a pod when its node is drained, and what that needs (kubectl pkg/drain/filters.go). */
export interface PodFate {
  pod: Pod
  fate:
    | 'evict'
    /** A DaemonSet's controller puts it back at once, whatever taints say. */
    | 'daemonSet'
    /** The node itself runs it from a file. */
    | 'mirror'
  /** Nothing makes it anew; what it wrote into an emptyDir is lost. */
  needs: readonly ('force' | 'emptyDir')[]
}

const mirror = 'kubernetes.io/config.mirror'

export function fateOf(pod: Pod): PodFate {
  if (pod.metadata.annotations?.[mirror] !== undefined) return { pod, fate: 'mirror', needs: [] }
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  const owner = pod.metadata.ownerReferences?.find((o) => o.controller)
  if (ended) return { pod, fate: 'evict', needs: [] }
  if (owner?.kind === 'DaemonSet') return { pod, fate: 'daemonSet', needs: [] }
  const needs: ('force' | 'emptyDir')[] = []
  if (!owner) needs.push('force')
  if (pod.spec?.volumes?.some((volume) => volume.emptyDir !== undefined)) needs.push('emptyDir')
  return { pod, fate: 'evict', needs }
}

/** What a person agrees to. */
export interface DrainOptions {
  force: boolean
  emptyDir: boolean
}

/** What nobody has agreed to yet; while there is some, nothing is begun. */
export const unmet = (fates: readonly PodFate[], options: DrainOptions): PodFate[] =>
  fates.filter(({ needs }) => needs.some((need) => !options[need]))
