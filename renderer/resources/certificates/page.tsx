import { useTranslation } from 'react-i18next'
import { readCertificates } from '../../kube/certificate.ts'
import { figure } from '../../kube/figures.ts'
import type { Condition, KubeObject, Tone } from '../../kube/types.ts'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { CertificateSection } from '../secrets/page.tsx'

interface SigningRequest extends KubeObject {
  spec?: { signerName?: string; username?: string; groups?: string[]; usages?: string[]; expirationSeconds?: number }
  status?: { conditions?: Condition[]; certificate?: string }
}

const textOf = (base64: string): string => {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}

/** Who asks whom for a certificate, for what, and the certificate that came of it. */
function SigningRequestOverview({ object }: { object: SigningRequest }) {
  const { t } = useTranslation()
  const { spec, status } = object
  return (
    <PageBody
      object={object}
      conditions={status?.conditions}
      facts={[
        [t('certificates.signer'), spec?.signerName && <span className="mono">{spec.signerName}</span>],
        [t('certificates.requestor'), spec?.username && <span className="mono">{spec.username}</span>],
        [t('certificates.groups'), spec?.groups?.join(', ')],
        [t('certificates.usages'), spec?.usages?.join(', ')],
        [t('certificates.expiration'), spec?.expirationSeconds !== undefined && `${figure(spec.expirationSeconds)} s`],
      ]}
    >
      {readCertificates(textOf(status?.certificate ?? '')).map((certificate, index) => (
        <CertificateSection key={index} certificate={certificate} chain={index > 0} />
      ))}
    </PageBody>
  )
}

/** kubectl's words (printers/internalversion), one of them. */
function status({ status: told }: SigningRequest): { text: string; tone: Tone } {
  const has = (type: string): boolean => told?.conditions?.some((condition) => condition.type === type) ?? false
  if (has('Denied')) return { text: 'Denied', tone: 'bad' }
  if (has('Failed')) return { text: 'Failed', tone: 'bad' }
  if (told?.certificate) return { text: 'Issued', tone: 'ok' }
  return has('Approved') ? { text: 'Approved', tone: 'busy' } : { text: 'Pending', tone: 'warn' }
}

export const signingRequestPage: KindPage<SigningRequest> = { status, Overview: SigningRequestOverview }
