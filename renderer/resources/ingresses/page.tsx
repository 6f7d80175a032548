import { useTranslation } from 'react-i18next'
import { Section, Table } from '../../ui/facts.tsx'
import { RefLink } from '../generic/ref-link.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { addressesOf, type Backend, type Ingress, ingressView } from './view.ts'

function IngressOverview({ object }: { object: Ingress }) {
  const { t } = useTranslation()
  const { spec } = object
  const namespace = object.metadata.namespace ?? ''
  const paths = (spec?.rules ?? []).flatMap(({ host = '*', http }, rule) =>
    (http?.paths ?? []).map((path, index) => ({ key: `${rule} ${index}`, host, ...path })),
  )
  const addresses = addressesOf(object).join(', ')
  return (
    <PageBody
      object={object}
      facts={[
        [
          t('facts.class'),
          spec?.ingressClassName && <RefLink resource="ingressclasses.networking.k8s.io" namespace="" name={spec.ingressClassName} />,
        ],
        [t('facts.addresses'), addresses && <span className="mono">{addresses}</span>],
        [t('facts.defaultBackend'), spec?.defaultBackend && <BackendLink of={spec.defaultBackend} namespace={namespace} />],
      ]}
    >
      {paths.length > 0 && (
        <Section title={t('sections.rules')}>
          <Table
            head={[t('facts.host'), t('facts.path'), t('columns.type'), t('facts.backend')]}
            rows={paths.map(({ key, host, path = '/', pathType = '', backend }, at) => ({
              key,
              cells: [
                <span key="host" className="mono">
                  {host}
                </span>,
                <span key="path" className="mono">
                  {path}
                </span>,
                pathType,
                <BackendLink key="backend" of={backend} namespace={namespace} at={at} />,
              ],
            }))}
          />
        </Section>
      )}
      {(spec?.tls?.length ?? 0) > 0 && (
        <Section title="TLS">
          <Table
            head={[t('facts.host'), t('facts.secret')]}
            rows={(spec?.tls ?? []).map(({ hosts = [], secretName }, index) => ({
              key: String(index),
              cells: [
                <span key="hosts" className="mono">
                  {hosts.join(', ')}
                </span>,
                secretName && <RefLink key="secret" resource="secrets" namespace={namespace} name={secretName} at={index} />,
              ],
            }))}
          />
        </Section>
      )}
    </PageBody>
  )
}

/** A service with its port, or an object of any other kind. */
function BackendLink({ of: { service, resource }, namespace, at = 0 }: { of: Backend; namespace: string; at?: number }) {
  if (!service) return resource ? `${resource.kind}/${resource.name}` : null
  const port = service.port?.number ?? service.port?.name
  return (
    <span>
      <RefLink resource="services" namespace={namespace} name={service.name} at={at}>
        {port !== undefined && <span className="mono">{`:${port}`}</span>}
      </RefLink>
    </span>
  )
}

export const ingressPage: KindPage<Ingress> = { view: ingressView, Overview: IngressOverview }
