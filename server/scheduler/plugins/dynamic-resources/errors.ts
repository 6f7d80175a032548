/** Something is wrong with a claim or a class: the pod is tried again later. */
export class AllocationError extends Error {
  override name = 'AllocationError'
}

/** The pools of a node contradict themselves: another node may do. */
export class InvalidPools extends Error {
  override name = 'InvalidPools'
}
