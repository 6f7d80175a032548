import { type Certificate, readCertificates, readRequest, validity } from '../../kube/certificate.ts'
import { shortDuration } from '../../kube/age.ts'
import type { Condition, KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export interface SigningRequest extends KubeObject {
  spec?: { request?: string; signerName?: string; username?: string; groups?: string[]; usages?: string[]; expirationSeconds?: number }
  status?: { conditions?: Condition[]; certificate?: string }
}

/** One of a list: of the certificate that came of it, when it is valid is kept. */
interface ListedRequest extends SigningRequest {
  issued?: Pick<Certificate, 'notBefore' | 'notAfter'>
  /** The subject that it asks a certificate for. */
  subject?: string | undefined
}

function subjectOf({ spec }: SigningRequest): string | undefined {
  try {
    return readRequest(atob(spec?.request ?? ''))?.subject
  } catch {
    return undefined
  }
}

function issuedBy({ status }: SigningRequest): Certificate | undefined {
  try {
    return readCertificates(atob(status?.certificate ?? ''))[0]
  } catch {
    return undefined
  }
}

/** kubectl's words (printers/internalversion), one of them. */
export function requestStatus(request: ListedRequest, now = Date.now()): StatusWord {
  const { status: told } = request
  const has = (type: string): boolean => told?.conditions?.some((condition) => condition.type === type) ?? false
  if (has('Denied')) return { text: 'Denied', tone: 'bad' }
  if (has('Failed')) return { text: 'Failed', tone: 'bad' }
  if (told?.certificate) {
    const issued = request.issued ?? issuedBy(request)
    const { word, until } = issued ? validity(issued, now) : { word: undefined, until: undefined }
    if (issued && word === 'Expired') return { text: 'Expired', tone: 'muted', at: issued.notAfter }
    if (issued && word === 'EndsSoon') return { text: 'EndsSoon', tone: 'warn', at: issued.notAfter, until }
    return { text: 'Issued', tone: 'ok', ...(until === undefined ? {} : { until }) }
  }
  return has('Approved') ? { text: 'Approved', tone: 'busy' } : { text: 'Pending', tone: 'warn' }
}

export const requestView = viewOf<ListedRequest>({
  status: (request) => requestStatus(request),
  columns: [
    { id: 'signername', label: 'signer', type: 'text', width: 260, cell: ({ spec }) => spec?.signerName ?? none },
    { id: 'subject', label: 'subject', type: 'text', width: 220, cell: ({ subject }) => subject ?? none },
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
  drops: ['spec.request', 'status.certificate'],
  trim: (request) => {
    const { status, spec } = request
    const kept = { ...request, spec: { ...spec, request: undefined }, subject: subjectOf(request) }
    if (!status?.certificate) return kept
    const { notBefore, notAfter } = issuedBy(request) ?? {}
    const issued = notBefore === undefined || notAfter === undefined ? undefined : { notBefore, notAfter }
    return { ...kept, issued, status: { ...status, certificate: 'issued' } }
  },
})
