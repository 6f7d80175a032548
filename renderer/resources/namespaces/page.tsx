import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { figure } from '../../kube/figures.ts'
import { useContents } from '../../queries/contents.ts'
import { useObject } from '../../queries/hub.ts'
import { Section } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { ObjectLink } from '../generic/common.tsx'
import { PageBody } from '../generic/page-body.tsx'
import { UnlistedLine } from '../generic/unlisted-line.tsx'
import type { LimitRange } from '../limitranges/limits.ts'
import { LimitsTable } from '../limitranges/page.tsx'
import type { KindPage } from '../page.ts'
import { quotaStatus, type ResourceQuota, scopeTexts } from '../quotas/quota.ts'
import { QuotaMeters } from '../quotas/quota-meters.tsx'
import './contents.css'
import { SecuritySection } from './security-section.tsx'
import { type Namespace, namespaceView } from './view.ts'

function NamespaceOverview({ object }: { object: Namespace }) {
  const { name } = object.metadata
  return (
    <PageBody object={object} conditions={object.status?.conditions}>
      <Contents namespace={name} />
      <Quotas namespace={name} />
      <Limits namespace={name} />
      <SecuritySection object={object} />
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
      {contents.of.length === 0 ? (
        // An empty namespace is deleted lightly.
        contents.unlisted.length === 0 && <p className="dim">{t('namespaces.empty')}</p>
      ) : (
        <ul className="contents">
          {contents.of.map(({ key, kind, count }) => (
            <li key={key}>
              <Link to={placeUrl({ context, namespace, resource: key })}>{kind}</Link> <span className="dim">{figure(count)}</span>
            </li>
          ))}
        </ul>
      )}
      <UnlistedLine of={contents.unlisted} namespace={namespace} />
    </Section>
  )
}

const quotas = { group: '', version: 'v1', plural: 'resourcequotas', namespaced: true }
const limitRanges = { group: '', version: 'v1', plural: 'limitranges', namespaced: true }

function Quotas({ namespace }: { namespace: string }) {
  const { context } = usePlace()
  const source = useMemo(() => ({ context, resource: quotas, namespace }), [context, namespace])
  const all = (useObject(source)?.all ?? []) as ResourceQuota[]
  return all.map((quota) => {
    const { metadata } = quota
    const word = quotaStatus(quota)
    return (
      <Section key={metadata.uid} title={`ResourceQuota ${metadata.name}`}>
        <ObjectLink resource="resourcequotas" namespace={namespace} name={metadata.name} />{' '}
        {word && <ToneWord tone={word.tone}>{word.text}</ToneWord>} <span className="dim">{scopeTexts(quota).join(', ')}</span>
        <QuotaMeters quota={quota} />
      </Section>
    )
  })
}

/** What a pod or a claim is given and may ask for here. */
function Limits({ namespace }: { namespace: string }) {
  const { context } = usePlace()
  const source = useMemo(() => ({ context, resource: limitRanges, namespace }), [context, namespace])
  const all = (useObject(source)?.all ?? []) as LimitRange[]
  return all.map((range) => (
    <Section key={range.metadata.uid} title={`LimitRange ${range.metadata.name}`}>
      <ObjectLink resource="limitranges" namespace={namespace} name={range.metadata.name} />
      <LimitsTable range={range} />
    </Section>
  ))
}

export const namespacePage: KindPage<Namespace> = { view: namespaceView, Overview: NamespaceOverview }
