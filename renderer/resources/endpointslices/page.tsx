import { useTranslation } from 'react-i18next'
import { Section } from '../../ui/facts.tsx'
import { RefLink } from '../generic/ref-link.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { EndpointTable } from '../services/endpoint-table.tsx'
import type { EndpointSlice } from '../services/types.ts'
import { endpointSliceView, serviceLabel } from './view.ts'

function EndpointSliceOverview({ object }: { object: EndpointSlice }) {
  const { t } = useTranslation()
  const { namespace = '', labels } = object.metadata
  const service = labels?.[serviceLabel]
  return (
    <PageBody
      object={object}
      facts={[
        [t('facts.service'), service && <RefLink resource="services" namespace={namespace} name={service} />],
        [t('columns.type'), object.addressType],
        [
          t('columns.ports'),
          (object.ports ?? []).map((p) => `${p.name ? `${p.name} ` : ''}${p.port ?? '*'}/${p.protocol ?? 'TCP'}`).join(', '),
        ],
      ]}
    >
      <Section title={t('sections.endpoints')}>
        <EndpointTable slices={[object]} namespace={namespace} />
      </Section>
    </PageBody>
  )
}

export const endpointSlicePage: KindPage<EndpointSlice> = { view: endpointSliceView, Overview: EndpointSliceOverview }
