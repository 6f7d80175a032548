import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { resourceKey } from '../kube/resource.ts'
import { nodes, pods, services, useResources } from '../queries/discovery.ts'
import { rightsPlace } from '../tools/rights/links.tsx'
import { Icon } from '../ui/icon.tsx'
import { moved, placeUrl, usePlace } from '../ui/place.ts'
import { useStored } from '../ui/storage.ts'
import { groupKinds, railGroups } from './groups.ts'
import { KeptPlacesGroups } from './saved-views.tsx'

/** Kinds by group, from what this cluster serves. */
export function Rail() {
  const { t } = useTranslation()
  const place = usePlace()
  const all = useResources(place.context)
  const grouped = useMemo(() => groupKinds(all.length > 0 ? all : [pods, services, nodes]), [all])
  const [closed, setClosed] = useStored<string[]>('rail.closed', ['access', 'storage'])
  const here = railGroups.find(({ name }) => grouped.get(name)?.some((resource) => resourceKey(resource) === place.resource))?.name
  // A closed group opens for the kind that is shown, until one goes elsewhere or closes it.
  const [shown, setShown] = useState<string>()
  useEffect(() => setShown(here), [here, place.resource])
  const toggle = (name: string, open: boolean): void => {
    if (open) setShown(undefined)
    setClosed(open ? [...closed.filter((each) => each !== name), name] : closed.filter((each) => each !== name))
  }
  const rail = useRef<HTMLElement>(null)
  // The place is seen where one is, however one came there; what the reader scrolls to afterwards stays.
  useLayoutEffect(() => {
    rail.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest' })
  }, [place.resource, place.context, grouped, shown])
  return (
    <nav ref={rail} className="rail" aria-label={t('rail.label')}>
      <Link
        className="top"
        to={placeUrl({ context: place.context, namespace: place.namespace })}
        aria-current={place.resource === '' ? 'page' : undefined}
      >
        <Icon name="home" />
        {t('rail.home')}
      </Link>
      <Link
        className="top"
        to={placeUrl({ context: place.context, resource: 'clusters' })}
        aria-current={place.resource === 'clusters' ? 'page' : undefined}
      >
        <Icon name="cluster" />
        {t('clusters.title')}
      </Link>
      <Link
        className="top"
        to={placeUrl(moved({ ...place, resource: '' }, { resource: 'topology' }))}
        aria-current={place.resource === 'topology' ? 'page' : undefined}
      >
        <Icon name="network" />
        {t('graph.title')}
      </Link>
      <KeptPlacesGroups />
      {railGroups.map((group) => {
        const kinds = grouped.get(group.name) ?? []
        if (kinds.length === 0) return null
        const open = group.name === shown || !closed.includes(group.name)
        return (
          <div key={group.name}>
            <h2>
              <button type="button" className="rail-group" aria-expanded={open} onClick={() => toggle(group.name, open)}>
                <Icon name={group.icon} />
                {t(`rail.${group.name}`)}
                <Icon name={open ? 'down' : 'right'} size={12} />
              </button>
            </h2>
            {open && (
              <ul>
                {group.name === 'config' && <Beside resource="helm" text={t('helm.title')} />}
                {group.name === 'cluster' && <Beside resource="loops" text={t('controlLoops.title')} />}
                {group.name === 'access' && <Beside resource={rightsPlace} text={t('rights.title')} />}
                {kinds.map((resource) => {
                  const key = resourceKey(resource)
                  const from = { ...place, resource: place.resource === key ? '' : place.resource }
                  return (
                    <li key={key}>
                      <Link
                        to={placeUrl(moved(from, { resource: key }))}
                        aria-current={place.resource === key ? 'page' : undefined}
                        title={`${resource.kind} · ${key}`}
                      >
                        <span className="ellipsis">{resource.kind}</span>
                      </Link>
                    </li>
                  )
                })}
              </ul>
            )}
          </div>
        )
      })}
    </nav>
  )
}

/** A page that is about a group of kinds and not one of them. */
function Beside({ resource, text }: { resource: string; text: string }) {
  const place = usePlace()
  return (
    <li>
      <Link to={placeUrl(moved({ ...place, resource: '' }, { resource }))} aria-current={place.resource === resource ? 'page' : undefined}>
        <span className="ellipsis">{text}</span>
      </Link>
    </li>
  )
}
