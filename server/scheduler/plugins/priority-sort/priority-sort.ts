import type { Plugin } from '../../framework.ts'

/** Higher priority first, then who waited longer. */
export const prioritySort: Plugin & Required<Pick<Plugin, 'compare'>> = {
  name: 'PrioritySort',
  compare: (a, b) => b.info.priority - a.info.priority || a.timestamp - b.timestamp,
}
