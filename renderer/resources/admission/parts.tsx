import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { type LabelSelector, labelSelectorText, selects } from '../../kube/label-selector.ts'
import { resourceKey } from '../../kube/resource.ts'
import { namespaces, useResources } from '../../queries/discovery.ts'
import { useObject } from '../../queries/hub.ts'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { ObjectLink } from '../generic/common.tsx'
import { coveredKinds, type Rule, ruleText } from './matches.ts'

/** As many as one reads. */
const most = 40

/** Rules as they are written, and below them which of the kinds that this cluster serves they cover. */
export function Covered({ rules, excluded = [] }: { rules: readonly Rule[]; excluded?: readonly Rule[] }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const all = useResources(context)
  const kinds = useMemo(() => {
    const out = new Set(coveredKinds(excluded, all).flatMap(({ parts }) => parts))
    return coveredKinds(rules, all).flatMap(({ resource, parts }) => {
      const left = parts.filter((part) => !out.has(part))
      return left.length > 0 ? [{ resource, parts: left }] : []
    })
  }, [rules, excluded, all])
  return (
    <>
      {rules.map((rule, index) => (
        <div key={index} className="mono">
          {ruleText(rule)}
        </div>
      ))}
      {excluded.map((rule, index) => (
        <div key={index} className="mono">
          − {ruleText(rule)}
        </div>
      ))}
      <div className="dim">{kinds.length === 0 ? t('admission.noKind') : t('admission.kinds', { count: kinds.length })}</div>
      <div>
        {kinds.slice(0, most).map(({ resource, parts }, index) => (
          <span key={resourceKey(resource)} title={parts.join(', ')}>
            {index > 0 && ', '}
            <Link to={placeUrl({ context, resource: resourceKey(resource) })}>{resource.kind}</Link>
          </span>
        ))}
        {kinds.length > most && <span className="dim"> {t('common.more', { count: kinds.length - most })}</span>}
      </div>
    </>
  )
}

/** A namespace selector, and which namespaces it finds now. No selector finds all. */
export function CoveredNamespaces({ selector }: { selector: LabelSelector | undefined }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const text = selector ? labelSelectorText(selector) : ''
  const source = useMemo(() => (text === '' ? undefined : { context, resource: namespaces, metadataOnly: true }), [context, text])
  const data = useObject(source)
  if (text === '') return t('admission.everyNamespace')
  const found = (data?.all ?? []).filter(({ metadata }) => selects(selector, metadata.labels))
  return (
    <>
      <div className="mono">{text}</div>
      {data?.state.synced && (
        <div>
          <span className="dim">{t('admission.namespaces', { count: found.length })} </span>
          {found.slice(0, most).map(({ metadata: { name } }, index) => (
            <span key={name}>
              {index > 0 && ', '}
              <ObjectLink resource="namespaces" namespace="" name={name} />
            </span>
          ))}
          {found.length > most && <span className="dim"> {t('common.more', { count: found.length - most })}</span>}
        </div>
      )}
    </>
  )
}

export const selectorText = (selector: LabelSelector | undefined): string => (selector ? labelSelectorText(selector) : '')
