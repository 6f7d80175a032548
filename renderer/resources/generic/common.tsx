import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { deletedAt } from '../../kube/going.ts'
import { resourceKey, resourceOfKind, resourcePath } from '../../kube/resource.ts'
import { type Condition, isRecord, type KubeObject, type OwnerReference } from '../../kube/types.ts'
import { useResources } from '../../queries/discovery.ts'
import { Age, Moment } from '../../ui/age.tsx'
import { CamelCase, Chips, Facts, Section, Table } from '../../ui/facts.tsx'
import { ToneMark, ToneWord } from '../../ui/icon.tsx'
import { MiddleName } from '../../ui/middle-name.tsx'
import { seenText } from '../../ui/unseen.ts'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { conditionTone } from './condition-tone.ts'
import { controllerOf, type Owners, ownersFrom } from './owners.ts'

/** A link to an object by its resource key. */
export function ObjectLink({ resource, namespace, name, tab, middle = false }: ObjectLinkProps) {
  const place = usePlace()
  const to = placeUrl({ context: place.context, namespace: place.namespace, resource, object: { namespace, name }, tab })
  if (!middle) return <Link to={to}>{name}</Link>
  return (
    <Link to={to} aria-label={name}>
      <MiddleName text={name} />
    </Link>
  )
}

interface ObjectLinkProps {
  resource: string
  namespace: string
  name: string
  tab?: string
  /** On one line, cut in its middle where there is no room. */
  middle?: boolean
}

export function KindLink({ apiVersion, kind, namespace, name }: { apiVersion: string; kind: string; namespace: string; name: string }) {
  const place = usePlace()
  const resource = resourceOfKind(useResources(place.context), apiVersion, kind)
  if (!resource) return <span>{`${kind}/${name}`}</span>
  return (
    <>
      <span className="dim">{`${kind} `}</span>
      <ObjectLink resource={resourceKey(resource)} namespace={resource.namespaced ? namespace : ''} name={name} />
    </>
  )
}

/** The owners above an object, nearest first, looked up one after the other. */
export function OwnerChain({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const place = usePlace()
  const all = useResources(place.context)
  const { namespace = '', uid } = object.metadata
  const first = controllerOf(object.metadata)
  const [above, setAbove] = useState<Owners>()
  const firstUid = first?.uid
  useEffect(() => {
    const abort = new AbortController()
    const look = async ({ apiVersion, kind, name }: OwnerReference): Promise<KubeObject | undefined> => {
      const resource = resourceOfKind(all, apiVersion, kind)
      if (!resource) return undefined
      return requestJson<KubeObject>(clusterPath(place.context, resourcePath(resource, namespace, name)), { signal: abort.signal })
    }
    setAbove(undefined)
    if (first) void ownersFrom(first, uid, look).then((found) => abort.signal.aborted || setAbove(found))
    return () => abort.abort()
    // The chain depends on who owns this object, not on each new version of it.
  }, [firstUid, uid, all, place.context, namespace])
  if (!first) return null
  const { chain, end } = above ?? { chain: [first], end: undefined }
  return (
    <>
      {chain.map((owner, index) => (
        <span key={owner.uid}>
          {index > 0 && <span className="dim"> ← </span>}
          <KindLink apiVersion={owner.apiVersion} kind={owner.kind} namespace={namespace} name={owner.name} />
        </span>
      ))}
      {end === 'gone' && <ToneWord tone="warn">{t('common.notThere')}</ToneWord>}
      {end === 'circle' && <ToneWord tone="warn">{t('facts.ownsItself')}</ToneWord>}
    </>
  )
}

/** What identifies an object, with the facts that its kind puts first. */
export function MainFacts({ object, extra = [] }: { object: KubeObject; extra?: [string, React.ReactNode][] }) {
  const { t } = useTranslation()
  const { metadata } = object
  const created = Date.parse(metadata.creationTimestamp ?? '')
  return (
    <Facts
      rows={[
        ...extra,
        [t('facts.namespace'), metadata.namespace && <ObjectLink resource="namespaces" namespace="" name={metadata.namespace} />],
        [t('facts.owner'), metadata.ownerReferences?.length ? <OwnerChain object={object} /> : undefined],
        [
          t('facts.created'),
          Number.isNaN(created) ? undefined : (
            <>
              <Age at={created} />{' '}
              <span className="dim">
                <Moment at={created} />
              </span>
            </>
          ),
        ],
        [
          t('facts.deleting'),
          metadata.deletionTimestamp && (
            <span className="tone-word tone-busy">
              <ToneMark tone="busy" />
              <Moment at={deletedAt(metadata)} />
            </span>
          ),
        ],
        [
          t('facts.finalizers'),
          metadata.finalizers?.length ? (
            <>
              {metadata.finalizers.join(', ')}
              {metadata.deletionTimestamp && <span className="dim"> {t('facts.finalizersHold')}</span>}
            </>
          ) : undefined,
        ],
      ]}
    />
  )
}

/** The rest of the metadata: long, and seldom what one came for. */
export function Metadata({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const { metadata } = object
  const shown = shortAnnotations(metadata.annotations)
  return (
    <Section title={t('sections.metadata')}>
      <Facts
        rows={[
          [t('facts.labels'), metadata.labels && <Chips of={metadata.labels} />],
          [t('facts.annotations'), shown && <Chips of={shown} />],
          [t('facts.uid'), metadata.uid && <span className="mono">{metadata.uid}</span>],
          [t('facts.resourceVersion'), metadata.resourceVersion && <span className="mono">{metadata.resourceVersion}</span>],
        ]}
      />
    </Section>
  )
}

/** kubectl's copy of the applied object says nothing new, and long values are cut: the YAML has all of it. */
function shortAnnotations(annotations: Record<string, string> | undefined): Record<string, string> | undefined {
  const told = Object.entries(annotations ?? {}).filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
  if (told.length === 0) return undefined
  return Object.fromEntries(told.map(([key, value]) => [key, value.length > 120 ? `${value.slice(0, 120)}…` : value]))
}

/** What stands in `status.conditions`, where it is the list that the API conventions ask for: a custom kind may have anything there. */
export const conditionsOf = (value: unknown): Condition[] | undefined =>
  Array.isArray(value) && value.every((each) => isRecord(each) && typeof each.type === 'string' && typeof each.status === 'string')
    ? (value as Condition[])
    : undefined

export function Conditions({ conditions }: { conditions: Condition[] | undefined }) {
  const { t } = useTranslation()
  if (!conditions?.length) return null
  return (
    <Section title={t('sections.conditions')}>
      <Table
        head={[t('columns.type'), t('columns.status'), t('columns.reason'), t('columns.age')]}
        rows={conditions.map((c) => ({
          key: c.type,
          cells: [
            <CamelCase key="type" text={c.type} />,
            <ToneWord key="status" tone={conditionTone(c)}>
              {c.status}
            </ToneWord>,
            <span key="reason">
              {c.reason}
              {c.message && <span className="dim"> {seenText(c.message)}</span>}
            </span>,
            c.lastTransitionTime ? <Age key="age" at={Date.parse(c.lastTransitionTime)} /> : '',
          ],
        }))}
      />
    </Section>
  )
}
