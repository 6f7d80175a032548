import { useTranslation } from 'react-i18next'
import { resourceKey, resourceOfKind } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import { useResource, useResources } from '../../queries/discovery.ts'
import { Section } from '../../ui/facts.tsx'
import { usePlace } from '../../ui/place.ts'
import { ObjectLink } from './common.tsx'

const definitions = 'customresourcedefinitions.apiextensions.k8s.io'

/** The way to what a custom resource may hold. A group of an extension server has a dot as well: then its definition is not there. */
export function DefinedBy({ object: { apiVersion = '', kind = '' } }: { object: KubeObject }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const resource = resourceOfKind(useResources(context), apiVersion, kind)
  const served = useResource(context, definitions)
  if (!resource || !served || !resource.group.includes('.') || resource.group.endsWith('.k8s.io')) return null
  return (
    <Section title={t('explain.title')}>
      <p>
        <ObjectLink resource={definitions} namespace="" name={resourceKey(resource)} tab="schema" />
      </p>
    </Section>
  )
}
