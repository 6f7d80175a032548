import { createdAt } from '../../kube/columns.ts'
import { heldUntil } from '../../kube/control-loops.ts'
import type { KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string
    renewTime?: string
    acquireTime?: string
    leaseDurationSeconds?: number
    leaseTransitions?: number
    strategy?: string
    preferredHolder?: string
  }
}

/** By this machine's clock; nobody tells when a Lease runs out. */
export function leaseStatus(lease: Lease, now = Date.now()): StatusWord {
  if (!lease.spec?.holderIdentity) return { text: 'Free', tone: 'muted' }
  const until = heldUntil(lease)
  return now < until ? { text: 'Held', tone: 'ok', until } : { text: 'Expired', tone: 'warn' }
}

const timeOf = (text: string | undefined): number | null => {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? null : ms
}

export const leaseView = viewOf<Lease>({
  namespaced: true,
  status: leaseStatus,
  columns: [
    { id: 'holder', label: 'holder', type: 'text', width: 260, cell: ({ spec }) => spec?.holderIdentity || none },
    {
      id: 'renewed',
      label: 'renewed',
      type: 'age',
      width: 88,
      cell: ({ spec }) => timeOf(spec?.renewTime),
      order: (lease) => -(timeOf(lease.spec?.renewTime) ?? createdAt(lease) ?? 0),
    },
    {
      id: 'transitions',
      label: 'transitions',
      type: 'number',
      width: 96,
      hidden: true,
      cell: ({ spec }) => spec?.leaseTransitions ?? null,
    },
  ],
})
