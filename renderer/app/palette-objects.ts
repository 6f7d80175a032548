import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { kindWord } from '../kube/kind-word.ts'
import { can, type Resource, resourceKey } from '../kube/resource.ts'
import { namespaces, nodes, pods, services, useResources } from '../queries/discovery.ts'
import { useView } from '../queries/hub.ts'
import { mostOfAKind, type Named, useNames } from '../queries/names.ts'
import { type Place, useGo, usePlace } from '../ui/place.ts'
import { groupKinds, railGroups } from './groups.ts'
import type { Entry } from './palette-entry.ts'

/** Of these all are searched, live: there may be more of them than are read of any other kind. */
const liveKinds = [pods, services, nodes, namespaces]
const live = new Set(liveKinds.map(resourceKey))
const most = 12

const byName = (words: readonly string[]): string => words.map((word) => `name:"${word}"`).join(' ')

/** The very name first, then what begins with it. */
const rankOf = (name: string, wanted: string): number => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : 2)

/** Those whose names have all the words, the best of them first; of equals in the order in which they come. */
export function bestNamed(named: readonly Named[], wanted: string): Named[] {
  const words = wanted.split(/\s+/)
  return named
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .sort((a, b) => rankOf(a.name, wanted) - rankOf(b.name, wanted))
    .slice(0, most)
}

/** Objects of every kind by their names, and what is to be said of the search: that it goes on, or what it has not seen. */
export function useObjects(wanted: string): { entries: Entry[]; note: string; looking: boolean } {
  const { t, i18n } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const all = useResources(place.context)
  const others = useMemo(() => inOrder(all).filter((resource) => !live.has(resourceKey(resource)) && can(resource, 'list', 'get')), [all])
  const names = useNames(place.context, place.namespace, others, wanted !== '')
  const found = [
    ...useLive(place, pods, wanted),
    ...useLive(place, services, wanted),
    ...useLive(place, nodes, wanted),
    ...useLive(place, namespaces, wanted),
  ]
  if (wanted === '') return { entries: [], note: '', looking: false }
  const entries = bestNamed([...found, ...names.named], wanted).map(({ resource, namespace, name }) => ({
    id: `object ${resourceKey(resource)} ${namespace}/${name}`,
    group: 'objects' as const,
    text: name,
    note: [resource.kind, namespace].filter(Boolean).join(' · '),
    run: () => go({ resource: resourceKey(resource), object: { namespace, name } }),
  }))
  const kindsOf = (kinds: readonly Resource[]): string => kinds.map((resource) => kindWord(resource, 2, i18n.language)).join(', ')
  const looking = others.length > 0 && !names.done
  const note = [
    looking && t('palette.looking'),
    names.cut.length > 0 && t('palette.cut', { count: mostOfAKind, kinds: kindsOf(names.cut) }),
    names.unread.length > 0 && t('palette.unread', { kinds: kindsOf(names.unread) }),
  ]
  return { entries, note: note.filter(Boolean).join(' '), looking }
}

/** As the rail has them: what is wanted most often is read first. */
function inOrder(all: readonly Resource[]): Resource[] {
  const grouped = groupKinds([...all])
  return railGroups.flatMap(({ name }) => grouped.get(name) ?? [])
}

function useLive({ context, namespace }: Place, resource: Resource, wanted: string): Named[] {
  const { data } = useView(
    wanted !== '' && context !== ''
      ? {
          source: { context, resource, namespace: resource.namespaced ? namespace || undefined : undefined },
          filter: byName(wanted.split(/\s+/)),
          start: 0,
          end: most,
          hold: false,
        }
      : undefined,
  )
  return (data?.rows ?? []).slice(0, most).map((row) => ({ resource, namespace: row.namespace, name: row.name }))
}
