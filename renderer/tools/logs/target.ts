/** Whose logs: one pod's, or those of all pods that a label selector finds. */
export interface LogTarget {
  context: string
  /** '' for all. */
  namespace: string
  /** What the tab and a saved file are called. */
  title: string
  pod?: string
  /** Of one pod: the container to begin with. */
  container?: string
  /** As the `labelSelector` parameter has it; '' finds every pod. */
  selector?: string
}

export const targetId = ({ context, namespace, pod, container, selector }: LogTarget): string =>
  JSON.stringify(['logs', context, namespace, pod ?? null, container ?? null, selector ?? null])
