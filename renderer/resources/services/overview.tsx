import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { pods } from '../../queries/discovery.ts'
import { useObject } from '../../queries/hub.ts'
import { Chips, Section, Table } from '../../ui/facts.tsx'
import { usePlace } from '../../ui/place.ts'
import { RecentEvents } from '../events/events-tab.tsx'
import { MainFacts, Metadata } from '../generic/common.tsx'
import type { Unlisted } from '../../queries/contents.ts'
import { unlistedOf } from '../generic/unlisted.ts'
import { UnlistedLine } from '../generic/unlisted-line.tsx'
import { PodLines } from '../pods/pod-lines.tsx'
import { EndpointTable } from './endpoint-table.tsx'
import type { EndpointSlice, Service } from './types.ts'
import { pending } from '../printed.ts'
import { externalAddress } from './view.ts'

const endpointSlices = { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', namespaced: true }

export function ServiceOverview({ object: service }: { object: Service }) {
  const { t } = useTranslation()
  const place = usePlace()
  const { spec } = service
  const namespace = service.metadata.namespace ?? ''
  const selector =
    spec?.selector &&
    Object.entries(spec.selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(',')
  const podSource = useMemo(
    () => ({ context: place.context, resource: pods, namespace, labelSelector: selector }),
    [place.context, namespace, selector],
  )
  const external = spec?.type === 'ExternalName'
  const { slices, unlisted } = useSlices(namespace, service.metadata.name)
  return (
    <div className="overview">
      {!external && slices && <Unanswered slices={slices} />}
      {spec?.type === 'LoadBalancer' && externalAddress(service) === pending && <p className="why">{t('services.noAddress')}</p>}
      <MainFacts
        object={service}
        extra={[
          [t('columns.type'), spec?.type],
          [
            t('columns.clusterIP'),
            <span key="ip" className="mono">
              {(spec?.clusterIPs ?? [spec?.clusterIP]).join(', ')}
            </span>,
          ],
          [t('columns.externalIP'), externalAddress(service)],
          [t('columns.selector'), spec?.selector && <Chips of={spec.selector} />],
          [t('facts.sessionAffinity'), spec?.sessionAffinity],
          [t('facts.trafficPolicy'), [spec?.internalTrafficPolicy, spec?.externalTrafficPolicy].filter(Boolean).join(' / ')],
          [t('facts.ipFamilies'), spec?.ipFamilies?.join(', ')],
        ]}
      />
      <Section title={t('columns.ports')}>
        <Table
          head={[t('columns.name'), t('facts.port'), t('facts.targetPort'), t('facts.nodePort')]}
          rows={(spec?.ports ?? []).map((p) => ({
            key: `${p.name ?? ''}${p.port}${p.protocol ?? ''}`,
            cells: [p.name ?? '', `${p.port}/${p.protocol ?? 'TCP'}`, String(p.targetPort ?? p.port), p.nodePort ? String(p.nodePort) : ''],
          }))}
        />
      </Section>
      <Section title={t('sections.endpoints')}>
        {external ? (
          <p className="dim">{t('services.external', { name: spec?.externalName ?? '' })}</p>
        ) : (
          slices && <EndpointTable slices={slices} namespace={namespace} />
        )}
        {!external && <UnlistedLine of={unlisted} namespace={namespace} />}
      </Section>
      {selector && (
        <Section title={t('sections.podsBehind')}>
          <PodLines source={podSource} empty={t('services.noPods', { selector })} />
        </Section>
      )}
      <RecentEvents object={service} />
      <Metadata object={service} />
    </div>
  )
}

/** Of the service's slices, once they are all there, or that they are not to be had. */
function useSlices(namespace: string, service: string): { slices: EndpointSlice[] | undefined; unlisted: Unlisted[] } {
  const { context } = usePlace()
  const source = useMemo(
    () => ({ context, resource: endpointSlices, namespace, labelSelector: `kubernetes.io/service-name=${service}` }),
    [context, namespace, service],
  )
  const data = useObject(source)
  const slices = data?.state.synced ? (data.all as EndpointSlice[]) : undefined
  return { slices, unlisted: unlistedOf([{ kind: 'EndpointSlice', state: data?.state }]) }
}

/** That requests to it end nowhere, on top: each pod and port may look well by itself. */
function Unanswered({ slices }: { slices: readonly EndpointSlice[] }) {
  const { t } = useTranslation()
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? [])
  if (endpoints.some(({ conditions }) => conditions?.ready !== false)) return null
  return <p className="why">{endpoints.length === 0 ? t('services.nobody') : t('services.noneReady', { count: endpoints.length })}</p>
}
