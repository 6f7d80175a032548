import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'
import { percent, quotaLines, quotaStatus, type ResourceQuota, scopeTexts } from './quota.ts'

const pairs = (quota: ResourceQuota): string =>
  quotaLines(quota)
    .map(({ resource, used = '–', hard }) => `${resource} ${used}/${hard}`)
    .join(', ') || none

export const quotaView = viewOf<ResourceQuota>({
  namespaced: true,
  status: quotaStatus,
  columns: [
    {
      id: 'fullest',
      label: 'fullest',
      type: 'text',
      width: 180,
      cell: (quota) => {
        const [line] = quotaLines(quota)
        return line?.share === undefined ? none : `${line.resource} ${percent(line.share)}`
      },
      order: (quota) => -(quotaLines(quota)[0]?.share ?? -1),
    },
    { id: 'used', label: 'usedOfHard', type: 'text', width: 320, cell: pairs },
    { id: 'scopes', label: 'scopes', type: 'text', width: 150, cell: (quota) => scopeTexts(quota).join(', ') || none },
  ],
})
