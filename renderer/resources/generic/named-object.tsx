import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { isInert, quietTone } from '../../kube/control-loops.ts'
import { can, type Resource, resourceKey, resourceOfKind } from '../../kube/resource.ts'
import type { StatusWord } from '../../kube/types.ts'
import { useMissing } from '../../queries/control-loops.ts'
import { useResources } from '../../queries/discovery.ts'
import { useSummary } from '../../queries/hub.ts'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import { ObjectLink } from './common.tsx'

/** Each is watched for itself: of a long list the first are, the others are links alone. */
const mostWatched = 60

/** An object by its kind and name, with how it is, or that it is not there. `at`: its place in a list of them. */
export function NamedObject({
  apiVersion,
  kind,
  namespace,
  name,
  at,
}: Record<'apiVersion' | 'kind' | 'namespace' | 'name', string> & { at: number }) {
  const { t } = useTranslation()
  const resource = resourceOfKind(useResources(usePlace().context), apiVersion, kind)
  if (!resource) {
    return (
      <>
        {`${kind}/${name}`} <span className="dim">{t('common.notServed')}</span>
      </>
    )
  }
  const inside = resource.namespaced ? namespace : ''
  return (
    <>
      <span className="dim">{`${kind} `}</span>
      <ObjectLink resource={resourceKey(resource)} namespace={inside} name={name} />{' '}
      {at < mostWatched && <NamedWord resource={resource} namespace={inside} name={name} />}
    </>
  )
}

function NamedWord({ resource, namespace, name }: { resource: Resource; namespace: string; name: string }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const key = resourceKey(resource)
  const watched = can(resource, 'list', 'watch')
  const source = useMemo(
    () => (watched ? { context, resource, namespace: namespace || undefined, fieldSelector: `metadata.name=${name}` } : undefined),
    [watched, context, resource, namespace, name],
  )
  const told = useSummary<{ there: boolean; word?: StatusWord }>(source, 'named')
  const missing = useMissing(context, key)
  if (!told?.state.synced) return null
  const { there, word } = told.value
  if (!there) return <ToneWord tone="warn">{t('common.notThere')}</ToneWord>
  return word ? <ToneWord tone={isInert(key, missing) ? quietTone(word.tone) : word.tone}>{word.text}</ToneWord> : null
}
