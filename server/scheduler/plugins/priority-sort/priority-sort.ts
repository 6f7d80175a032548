import type { QueueSort } from '../../framework.ts'

/** Higher priority first, then who waited longer. */
export const prioritySort: QueueSort = {
  compare: (a, b) => b.info.priority - a.info.priority || a.timestamp - b.timestamp,
}
