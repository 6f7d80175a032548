import { shortDuration } from '../../kube/age.ts'
import type { Condition, KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export interface SigningRequest extends KubeObject {
  spec?: { signerName?: string; username?: string; groups?: string[]; usages?: string[]; expirationSeconds?: number }
  status?: { conditions?: Condition[]; certificate?: string }
}

/** kubectl's words (printers/internalversion), one of them. */
export function requestStatus({ status: told }: SigningRequest): StatusWord {
  const has = (type: string): boolean => told?.conditions?.some((condition) => condition.type === type) ?? false
  if (has('Denied')) return { text: 'Denied', tone: 'bad' }
  if (has('Failed')) return { text: 'Failed', tone: 'bad' }
  if (told?.certificate) return { text: 'Issued', tone: 'ok' }
  return has('Approved') ? { text: 'Approved', tone: 'busy' } : { text: 'Pending', tone: 'warn' }
}

export const requestView = viewOf<SigningRequest>({
  status: requestStatus,
  columns: [
    { id: 'signername', label: 'signer', type: 'text', width: 260, cell: ({ spec }) => spec?.signerName ?? none },
    { id: 'requestor', label: 'requestor', type: 'text', width: 220, cell: ({ spec }) => spec?.username ?? none },
    {
      id: 'requestedduration',
      label: 'requestedDuration',
      type: 'text',
      width: 120,
      cell: ({ spec }) => (spec?.expirationSeconds === undefined ? none : shortDuration(spec.expirationSeconds * 1000)),
      order: ({ spec }) => spec?.expirationSeconds ?? 0,
    },
  ],
  // The certificate that came of it counts only as being there.
  trim: ({ status, ...rest }) => ({
    ...rest,
    ...(status ? { status: { ...status, ...(status.certificate ? { certificate: 'issued' } : {}) } } : {}),
  }),
})
