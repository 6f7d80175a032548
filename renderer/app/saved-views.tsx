import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { actingAs, baseContext } from '../kube/acting.ts'
import { resourceKey } from '../kube/resource.ts'
import { useResources, wellKnown } from '../queries/discovery.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { MiddleName } from '../ui/middle-name.tsx'
import { contextsOf, placeUrl, usePlace } from '../ui/place.ts'
import { useStored } from '../ui/storage.ts'
import {
  type KeptPlace,
  type KeptPlaces,
  keyOf,
  placeToKeep,
  recents,
  samePlace,
  savedViews,
  toggled,
  useKept,
  withRecent,
} from './kept-places.ts'

/** Keeps a list with its filter and order in the rail, or lets it go. */
export function SaveViewButton() {
  const { t } = useTranslation()
  const here = placeToKeep({ ...usePlace(), object: undefined })
  const on = useKept(savedViews).some((view) => samePlace(view, here))
  const label = t('views.save')
  return (
    <button
      type="button"
      className="icon-button"
      aria-pressed={on}
      aria-label={label}
      title={label}
      onClick={() => savedViews.change((views) => toggled(views, here))}
    >
      <Icon name={on ? 'savedView' : 'saveView'} size={14} />
    </button>
  )
}

/** Remembers which objects were open. As somebody else one only looks around. */
export function useRecent(): void {
  const place = usePlace()
  const mark = place.object && !actingAs(place.context) ? keyOf(placeToKeep(place)) : ''
  useEffect(() => {
    if (mark !== '') recents.change((places) => withRecent(places, placeToKeep(place)))
    // What is remembered depends on what is open, not on its tab.
  }, [mark])
}

/** The rail's first groups: the lists that somebody has saved, and what was open last. Empty ones are not there. */
export function KeptPlacesGroups() {
  return (
    <>
      <Group name="saved" icon="savedView" kept={savedViews} />
      <Group name="recent" icon="recent" kept={recents} />
    </>
  )
}

function Group({ name, icon, kept }: { name: 'saved' | 'recent'; icon: IconName; kept: KeptPlaces }) {
  const { t } = useTranslation()
  const places = useKept(kept)
  const here = placeToKeep(usePlace())
  const [closed, setClosed] = useStored(`rail.${name}.closed`, name === 'recent')
  if (places.length === 0) return null
  return (
    <div>
      <h2>
        <button type="button" className="rail-group" aria-expanded={!closed} onClick={() => setClosed(!closed)}>
          <Icon name={icon} />
          {t(`views.${name}`)}
          <Icon name={closed ? 'right' : 'down'} size={12} />
        </button>
      </h2>
      {!closed && (
        <ul>
          {places.map((place) => (
            <li key={keyOf(place)} className="kept-line">
              <PlaceLink kept={place} current={samePlace(place, here)} />
              {name === 'saved' && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t('views.drop', { name: place.resource })}
                  title={t('views.drop', { name: place.resource })}
                  onClick={() => kept.change((all) => toggled(all, place))}
                >
                  <Icon name="close" size={12} />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function PlaceLink({ kept, current }: { kept: KeptPlace; current: boolean }) {
  const { context } = usePlace()
  const kind = useKindName(kept)
  const elsewhere =
    kept.context === context && !kept.beside
      ? ''
      : contextsOf({ context: kept.context, beside: kept.beside ?? [] })
          .map(baseContext)
          .join(', ')
  const namespace = kept.object ? kept.object.namespace : kept.namespace
  const details = [kind, namespace, kept.filter, elsewhere].filter(Boolean).join(' · ')
  // Views of one kind differ at their ends.
  const label = [kind, kept.namespace, kept.filter, kept.beside && elsewhere].filter(Boolean).join(' · ')
  return (
    <Link
      to={placeUrl(kept)}
      aria-current={current ? 'page' : undefined}
      aria-label={kept.object ? `${kind} ${kept.object.name}` : label}
      title={kept.object ? `${kept.object.name} · ${details}` : details}
    >
      {kept.object ? (
        <>
          <span className="dim kept-kind">{kind}</span>
          <MiddleName text={kept.object.name} />
        </>
      ) : (
        <MiddleName text={label} />
      )}
    </Link>
  )
}

/** The kind as the cluster that is open calls it; of another cluster the resource's own name, which is nearly the same. */
function useKindName({ resource }: KeptPlace): string {
  const { context } = usePlace()
  const all = useResources(context)
  return all.find((each) => resourceKey(each) === resource)?.kind ?? wellKnown[resource]?.kind ?? resource.split('.')[0] ?? resource
}
