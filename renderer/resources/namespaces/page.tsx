import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { figure } from '../../kube/figures.ts'
import { parseQuantity } from '../../kube/quantity.ts'
import type { Condition, KubeObject, Tone } from '../../kube/types.ts'
import { useObject } from '../../queries/hub.ts'
import { useContents } from '../../queries/contents.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { Meter } from '../../ui/meter.tsx'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { ObjectLink } from '../generic/common.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import './contents.css'

interface Namespace extends KubeObject {
  status?: { phase?: string; conditions?: Condition[] }
}

interface Quota extends KubeObject {
  spec?: { hard?: Record<string, string> }
  status?: { hard?: Record<string, string>; used?: Record<string, string> }
}

const quotas = { group: '', version: 'v1', plural: 'resourcequotas', namespaced: true }

function NamespaceOverview({ object }: { object: Namespace }) {
  const { name } = object.metadata
  return (
    <PageBody object={object} conditions={object.status?.conditions}>
      <Contents namespace={name} />
      <Quotas namespace={name} />
      <Limits namespace={name} />
    </PageBody>
  )
}

/** How many of what is in it, with the way there. */
function Contents({ namespace }: { namespace: string }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const contents = useContents(context, namespace)
  if (!contents) return null
  return (
    <Section title={t('sections.contents')}>
      {contents.length === 0 ? (
        <p className="dim">{t('namespaces.empty')}</p>
      ) : (
        <ul className="contents">
          {contents.map(({ key, kind, count }) => (
            <li key={key}>
              <Link to={placeUrl({ context, namespace, resource: key })}>{kind}</Link> <span className="dim">{figure(count)}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function Quotas({ namespace }: { namespace: string }) {
  const { context } = usePlace()
  const source = useMemo(() => ({ context, resource: quotas, namespace }), [context, namespace])
  const all = (useObject(source)?.all ?? []) as Quota[]
  return all.map((quota) => <QuotaMeters key={quota.metadata.uid} quota={quota} />)
}

function QuotaMeters({ quota: { metadata, spec, status } }: { quota: Quota }) {
  const hard = Object.entries(status?.hard ?? spec?.hard ?? {})
  return (
    <Section title={`ResourceQuota ${metadata.name}`}>
      <ObjectLink resource="resourcequotas" namespace={metadata.namespace ?? ''} name={metadata.name} />
      <div className="quota">
        {hard.map(([resource, most]) => {
          // Nobody has counted yet: a zero would be a claim.
          const used = status?.used?.[resource]
          return (
            <Meter
              key={resource}
              label={resource}
              value={parseQuantity(used)}
              max={parseQuantity(most)}
              text={`${used ?? '–'} / ${most}`}
            />
          )
        })}
      </div>
    </Section>
  )
}

interface LimitRange extends KubeObject {
  spec?: { limits?: ({ type?: string } & Record<string, Record<string, string> | string | undefined>)[] }
}

const limitRanges = { group: '', version: 'v1', plural: 'limitranges', namespaced: true }
/** What a LimitRange may say of a resource, by its fields. */
const bounds = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'] as const

/** What a pod or a claim is given and may ask for here. */
function Limits({ namespace }: { namespace: string }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const source = useMemo(() => ({ context, resource: limitRanges, namespace }), [context, namespace])
  const all = (useObject(source)?.all ?? []) as LimitRange[]
  return all.map(({ metadata, spec }) => (
    <Section key={metadata.uid} title={`LimitRange ${metadata.name}`}>
      <Table
        head={[t('columns.type'), t('namespaces.resource'), ...bounds]}
        rows={(spec?.limits ?? []).flatMap((limit) => {
          const of = (bound: string): Record<string, string> => (typeof limit[bound] === 'object' ? limit[bound] : {})
          const resources = [...new Set(bounds.flatMap((bound) => Object.keys(of(bound))))]
          return resources.map((resource) => ({
            key: `${limit.type ?? ''} ${resource}`,
            cells: [limit.type ?? '', resource, ...bounds.map((bound) => of(bound)[resource] ?? '')],
          }))
        })}
      />
    </Section>
  ))
}

const tones: Record<string, Tone> = { Active: 'ok', Terminating: 'busy' }

export const namespacePage: KindPage<Namespace> = {
  status: ({ status }) => (status?.phase ? { text: status.phase, tone: tones[status.phase] ?? 'muted' } : undefined),
  Overview: NamespaceOverview,
}
