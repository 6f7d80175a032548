import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'
import { limitLines, type LimitRange } from './limits.ts'

const distinct = (of: readonly string[]): string => [...new Set(of)].join(', ') || none

export const limitRangeView = viewOf<LimitRange>({
  namespaced: true,
  columns: [
    { id: 'types', label: 'appliesTo', type: 'text', width: 200, cell: (range) => distinct(limitLines(range).map(({ type }) => type)) },
    {
      id: 'resources',
      label: 'resources',
      type: 'text',
      width: 260,
      cell: (range) => distinct(limitLines(range).map(({ resource }) => resource)),
    },
  ],
})
