import { type ReactNode, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { can, type Resource, resourceKey, resourceOfKind } from '../../kube/resource.ts'
import { useResource, useResources } from '../../queries/discovery.ts'
import { useObject, useSummary } from '../../queries/hub.ts'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import { ObjectLink } from './common.tsx'

interface Ref {
  namespace: string
  name: string
}

/** So many names of a list are watched each for itself; those after them are looked for in the list of their kind. */
const mostWatched = 40

/**
 * A link to what a field names, and a word where nothing has that name: it comes and goes with the object. Whoever may not watch it is
 * told nothing. `at`: the place in a list of them; `children` belong to the name.
 */
export function RefLink({ resource: key, at = 0, children, ...ref }: Ref & { resource: string; at?: number; children?: ReactNode }) {
  const resource = useResource(usePlace().context, key)
  return (
    <>
      <ObjectLink resource={key} {...ref} />
      {children}
      {resource && (at < mostWatched ? <Missing resource={resource} {...ref} /> : <Unlisted resource={resource} {...ref} />)}
    </>
  )
}

/** The same for what is named by its kind. */
export function KindRefLink({ apiVersion, kind, namespace, name }: Ref & { apiVersion: string; kind: string }) {
  const resource = resourceOfKind(useResources(usePlace().context), apiVersion, kind)
  if (!resource) return <span>{`${kind}/${name}`}</span>
  return (
    <>
      <span className="dim">{`${kind} `}</span>
      <RefLink resource={resourceKey(resource)} namespace={resource.namespaced ? namespace : ''} name={name} />
    </>
  )
}

function Missing({ resource, namespace, name }: Ref & { resource: Resource }) {
  const { context } = usePlace()
  const watched = name !== '' && can(resource, 'list', 'watch')
  const source = useMemo(
    () =>
      watched
        ? { context, resource, namespace: namespace || undefined, fieldSelector: `metadata.name=${name}`, metadataOnly: true }
        : undefined,
    [watched, context, resource, namespace, name],
  )
  const data = useObject(source)
  return data?.state.synced && (!data.object || data.deleted) ? <NotThere /> : null
}

function Unlisted({ resource, namespace, name }: Ref & { resource: Resource }) {
  const { context } = usePlace()
  const listed = name !== '' && can(resource, 'list', 'watch')
  const source = useMemo(
    () => (listed ? { context, resource, namespace: namespace || undefined } : undefined),
    [listed, context, resource, namespace],
  )
  const told = useSummary<boolean>(source, 'present', name)
  return told?.state.synced && !told.value ? <NotThere /> : null
}

function NotThere() {
  const { t } = useTranslation()
  return (
    <>
      {' '}
      <ToneWord tone="warn">{t('common.notThere')}</ToneWord>
    </>
  )
}
