import { useTranslation } from 'react-i18next'
import { namespacesOf } from '../kube/scope.ts'
import { NamespaceTopology } from '../resources/topology/topology.tsx'
import { usePlace } from '../ui/place.ts'

/** The picture of a namespace. */
export function TopologyPlace() {
  const { t } = useTranslation()
  const { namespace, context } = usePlace()
  return (
    <section className="list-page" aria-label={t('graph.title')}>
      <div className="toolbar">
        <h1>{t('graph.title')}</h1>
        <span className="counts">{namespacesOf(namespace).join(', ')}</span>
      </div>
      {namespacesOf(namespace).length !== 1 ? (
        <div className="empty">
          <strong>{t('graph.choose')}</strong>
          <span>{t('graph.chooseNext')}</span>
        </div>
      ) : (
        <NamespaceTopology key={`${context}|${namespace}`} namespace={namespace} />
      )}
    </section>
  )
}
