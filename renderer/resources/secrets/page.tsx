import { useTranslation } from 'react-i18next'
import { type Certificate, readCertificates, validity } from '../../kube/certificate.ts'
import { parseJson } from '../../kube/json.ts'
import { dataEntries } from '../../kube/secret-values.ts'
import { isRecord } from '../../kube/types.ts'
import { Facts, Section } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { Age, Moment } from '../../ui/age.tsx'
import { RefLink } from '../generic/ref-link.tsx'
import { configMapView } from '../configmaps/view.ts'
import { PageBody } from '../generic/page-body.tsx'
import { UsedBy } from '../generic/used-by.tsx'
import type { KindPage } from '../page.ts'
import { DataSection } from './data-section.tsx'
import { datesStatus, type Secret, secretView } from './view.ts'

/** What a Secret is, by its type; its values below, hidden. */
function SecretOverview({ object }: { object: Secret }) {
  const { t } = useTranslation()
  const text = (key: string): string => dataEntries(object, true).find((entry) => entry.key === key)?.text ?? ''
  const account = object.metadata.annotations?.['kubernetes.io/service-account.name']
  return (
    <PageBody
      object={object}
      facts={[
        [
          t('columns.type'),
          <span key="type" className="mono">
            {object.type}
          </span>,
        ],
        [t('secret.immutable'), object.immutable && t('secret.yes')],
        [
          t('facts.serviceAccount'),
          object.type === 'kubernetes.io/service-account-token' && account && (
            <RefLink resource="serviceaccounts" namespace={object.metadata.namespace ?? ''} name={account} />
          ),
        ],
        [t('secret.registries'), registriesOf(object.type, text).join(', ')],
        [t('secret.helm'), object.type === 'helm.sh/release.v1' && helmText(object.metadata.labels)],
      ]}
    >
      {readCertificates(text('tls.crt')).map((certificate, index) => (
        <CertificateSection key={index} certificate={certificate} chain={index > 0} />
      ))}
      <DataSection key={object.metadata.uid} object={object} secret />
      <UsedBy kind="Secret" object={object} />
    </PageBody>
  )
}

/** Whose certificate it is, for which names and until when. */
export function CertificateSection({ certificate, chain }: { certificate: Certificate; chain: boolean }) {
  const { t } = useTranslation()
  const { subject, issuer, names, notBefore, notAfter } = certificate
  const now = Date.now()
  const { word } = validity(certificate, now)
  return (
    <Section title={chain ? t('secret.issuerCertificate') : t('secret.certificate')}>
      <Facts
        rows={[
          [
            t('columns.status'),
            <ToneWord key="status" tone={datesStatus(certificate, now).tone}>
              {t(`secret.validity.${word}`)}
            </ToneWord>,
          ],
          [t('secret.subject'), subject],
          [t('secret.names'), names.join(', ')],
          [t('secret.issuer'), issuer],
          [t('secret.notBefore'), <Moment key="from" at={notBefore} />],
          [
            t('secret.notAfter'),
            <span key="until">
              <Moment at={notAfter} /> {word === 'Expired' && <Age at={notAfter} />}
            </span>,
          ],
        ]}
      />
    </Section>
  )
}

function registriesOf(type: string | undefined, text: (key: string) => string): string[] {
  if (type !== 'kubernetes.io/dockerconfigjson' && type !== 'kubernetes.io/dockercfg') return []
  try {
    const config = parseJson(text(type === 'kubernetes.io/dockercfg' ? '.dockercfg' : '.dockerconfigjson'))
    const auths = type === 'kubernetes.io/dockercfg' ? config : isRecord(config) ? config.auths : undefined
    return isRecord(auths) ? Object.keys(auths) : []
  } catch {
    return []
  }
}

const helmText = (labels: Record<string, string> = {}): string =>
  [labels.name, labels.version && `v${labels.version}`, labels.status].filter(Boolean).join(' · ')

/** What a ConfigMap holds. */
function ConfigMapOverview({ object }: { object: Secret }) {
  const { t } = useTranslation()
  return (
    <PageBody object={object} facts={[[t('secret.immutable'), object.immutable && t('secret.yes')]]}>
      <DataSection key={object.metadata.uid} object={object} secret={false} />
      <UsedBy kind="ConfigMap" object={object} />
    </PageBody>
  )
}

export const secretPage: KindPage<Secret> = { view: secretView, Overview: SecretOverview }
export const configMapPage: KindPage<Secret> = { view: configMapView, Overview: ConfigMapOverview }
