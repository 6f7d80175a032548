import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { Conditions, ObjectLink } from '../generic/common.tsx'
import { conditionTone } from '../generic/condition-tone.ts'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import {
  addressesOf,
  type BackendRef,
  type Gateway,
  type GatewayClass,
  gatewayClassView,
  gatewayKey,
  gatewayView,
  listenerStatus,
  type ParentRef,
  type Route,
  routeKeys,
  routeView,
} from './view.ts'

function GatewayOverview({ object }: { object: Gateway }) {
  const { t } = useTranslation()
  const { spec, status } = object
  const namespace = object.metadata.namespace ?? ''
  const addresses = addressesOf(object)
  return (
    <PageBody
      object={object}
      conditions={status?.conditions}
      facts={[
        [
          t('facts.class'),
          spec?.gatewayClassName && <ObjectLink resource={gatewayKey('gatewayclasses')} namespace="" name={spec.gatewayClassName} />,
        ],
        [t('facts.addresses'), addresses.length > 0 && <span className="mono">{addresses.join(', ')}</span>],
      ]}
    >
      <Section title={t('gateways.listeners')}>
        <Table
          head={[
            t('columns.name'),
            t('facts.host'),
            t('facts.port'),
            t('gateways.protocol'),
            'TLS',
            t('gateways.routes'),
            t('columns.status'),
          ]}
          numbers={[5]}
          rows={(spec?.listeners ?? []).map(({ name, hostname = '*', port, protocol, tls }) => {
            const told = status?.listeners?.find((listener) => listener.name === name)
            const word = listenerStatus(told?.conditions)
            return {
              key: name,
              cells: [
                name,
                <span key="host" className="mono">
                  {hostname}
                </span>,
                String(port),
                protocol,
                (tls?.certificateRefs ?? []).map((ref) => (
                  <ObjectLink key={ref.name} resource="secrets" namespace={ref.namespace ?? namespace} name={ref.name} />
                )),
                told?.attachedRoutes === undefined ? '' : figure(told.attachedRoutes),
                <ToneWord key="status" tone={word.tone}>
                  {word.text}
                </ToneWord>,
              ],
            }
          })}
        />
      </Section>
    </PageBody>
  )
}

function GatewayClassOverview({ object }: { object: GatewayClass }) {
  const { t } = useTranslation()
  const { spec, status } = object
  const ref = spec?.parametersRef
  return (
    <PageBody
      object={object}
      conditions={status?.conditions}
      facts={[
        [t('gateways.controller'), spec?.controllerName],
        [t('helm.description'), spec?.description],
        [t('admission.params'), ref && `${ref.kind} ${[ref.namespace, ref.name].filter(Boolean).join('/')}`],
      ]}
    />
  )
}

function RouteOverview({ object }: { object: Route }) {
  const { t } = useTranslation()
  const { spec, status } = object
  const namespace = object.metadata.namespace ?? ''
  return (
    <PageBody object={object} facts={[[t('facts.host'), spec?.hostnames && <span className="mono">{spec.hostnames.join(', ')}</span>]]}>
      <Section title={t('gateways.parents')}>
        {(spec?.parentRefs ?? []).map((ref, index) => {
          const told = status?.parents?.find(({ parentRef }) => parentRef.name === ref.name && parentRef.sectionName === ref.sectionName)
          return (
            <div key={index}>
              <Reference of={ref} namespace={namespace} fallback="Gateway" />
              {ref.sectionName && <span className="mono">{` · ${ref.sectionName}`}</span>}{' '}
              {(told?.conditions ?? []).map((condition) => (
                <ToneWord key={condition.type} tone={conditionTone(condition)}>
                  {condition.status === 'True' ? condition.type : condition.reason || condition.type}
                </ToneWord>
              ))}
              {!told && <ToneWord tone="busy">{t('gateways.unanswered')}</ToneWord>}
            </div>
          )
        })}
      </Section>
      <Section title={t('sections.rules')}>
        <Table
          head={[t('gateways.matches'), t('gateways.filters'), t('facts.backend')]}
          rows={(spec?.rules ?? []).map(({ matches = [], filters = [], backendRefs = [] }, index) => ({
            key: String(index),
            cells: [
              <span key="m" className="mono">
                {matches.map(matchText).join(' | ') || '*'}
              </span>,
              filters.map(({ type }) => type).join(', '),
              backendRefs.map((ref, at) => (
                <div key={at}>
                  <Reference of={ref} namespace={namespace} fallback="Service" />
                  <span className="mono">{ref.port === undefined ? '' : `:${ref.port}`}</span>
                  {ref.weight !== undefined && ref.weight !== 1 && <span className="dim">{` ×${figure(ref.weight)}`}</span>}
                </div>
              )),
            ],
          }))}
        />
      </Section>
      {(status?.parents ?? []).map(({ parentRef, conditions }, index) => (
        <Conditions key={`${parentRef.name} ${index}`} conditions={conditions?.filter((condition) => condition.status !== 'True')} />
      ))}
    </PageBody>
  )
}

const resources: Record<string, string> = { Gateway: gatewayKey('gateways'), Service: 'services' }

function Reference({ of, namespace, fallback }: { of: ParentRef | BackendRef; namespace: string; fallback: string }) {
  const kind = of.kind ?? fallback
  const resource = resources[kind]
  if (!resource) return <span>{`${kind}/${of.name}`}</span>
  return (
    <>
      <span className="dim">{`${kind} `}</span>
      <ObjectLink resource={resource} namespace={of.namespace ?? namespace} name={of.name} />
    </>
  )
}

interface Valued {
  type?: string
  name?: string
  value?: string
}

/** `GET PathPrefix /shop header x=1`, or `service/method` of gRPC; what is not known is shown as it is. */
export function matchText(match: Record<string, unknown>): string {
  const { path, method, headers, queryParams, ...rest } = match as {
    path?: Valued
    method?: string | { service?: string; method?: string }
  } & Record<string, unknown>
  const listed = (word: string, of: unknown): string[] =>
    Array.isArray(of) ? (of as Valued[]).map(({ name = '', value = '' }) => `${word} ${name}=${value}`) : []
  return [
    typeof method === 'string' ? method : method && [method.service ?? '*', method.method ?? '*'].join('/'),
    path && `${path.type ?? 'PathPrefix'} ${path.value ?? '/'}`,
    ...listed('header', headers),
    ...listed('query', queryParams),
    ...(Object.keys(rest).length > 0 ? [JSON.stringify(rest)] : []),
  ]
    .filter(Boolean)
    .join(' ')
}

const gatewayPage: KindPage<Gateway> = { view: gatewayView, Overview: GatewayOverview }
const gatewayClassPage: KindPage<GatewayClass> = { view: gatewayClassView, Overview: GatewayClassOverview }
const routePage: KindPage<Route> = { view: routeView, Overview: RouteOverview }

export const gatewayPages = {
  [gatewayKey('gateways')]: gatewayPage,
  [gatewayKey('gatewayclasses')]: gatewayClassPage,
  ...Object.fromEntries(routeKeys.map((key) => [key, routePage])),
}
