import { useTranslation } from 'react-i18next'
import { readCertificates, readRequest } from '../../kube/certificate.ts'
import { figure } from '../../kube/figures.ts'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { CertificateSection } from '../secrets/page.tsx'
import { requestView, type SigningRequest } from './view.ts'

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
  const asked = readRequest(textOf(spec?.request ?? ''))
  return (
    <PageBody
      object={object}
      conditions={status?.conditions}
      facts={[
        [t('certificates.signer'), spec?.signerName && <span className="mono">{spec.signerName}</span>],
        // Who holds the certificate is this, whoever has asked for it.
        [t('certificates.subject'), asked ? <span className="mono">{asked.subject}</span> : t('certificates.unreadable')],
        [t('secret.names'), asked?.names.join(', ')],
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

export const signingRequestPage: KindPage<SigningRequest> = { view: requestView, Overview: SigningRequestOverview }
