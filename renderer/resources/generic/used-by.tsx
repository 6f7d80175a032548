import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { can, resourceKey, resourcePath } from '../../kube/resource.ts'
import type { KubeList, KubeObject } from '../../kube/types.ts'
import { pods, useResources } from '../../queries/discovery.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { usePlace } from '../../ui/place.ts'
import { PodLines } from '../pods/pod-lines.tsx'
import type { UsedKind } from '../pods/uses.ts'
import { ObjectLink } from './common.tsx'
import { mayUse, usersOf } from './users.ts'

const refreshMs = 15_000

/** Who breaks when this object is gone or another one: what names it, by the fields, and the pods that have it now. */
export function UsedBy({ kind, object }: { kind: UsedKind; object: KubeObject }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { name, namespace = '' } = object.metadata
  const { users, unread } = useUsers(context, namespace, kind, name)
  const source = useMemo(() => ({ context, resource: pods, namespace }), [context, namespace])
  return (
    <>
      <Section title={t('sections.usedBy')}>
        {users === undefined ? (
          <p className="dim">{t('common.loading')}</p>
        ) : users.length === 0 ? (
          <p className="dim">{t('usedBy.none')}</p>
        ) : (
          <Table
            head={[t('columns.kind'), t('columns.name'), t('usedBy.where')]}
            rows={users.map((user) => ({
              key: `${user.key}/${user.name}`,
              cells: [
                user.kind,
                <ObjectLink key="name" resource={user.key} namespace={namespace} name={user.name} middle />,
                <span key="where" className="mono">
                  {user.where.join(', ')}
                </span>,
              ],
            }))}
          />
        )}
        {unread.length > 0 && <p className="dim">{t('usedBy.unread', { kinds: unread.join(', ') })}</p>}
      </Section>
      <Section title={t('usedBy.pods')}>
        <PodLines source={source} filter={`field=uses=${kind}/${name}`} empty={t('usedBy.noPods')} />
      </Section>
    </>
  )
}

/** Lists of one namespace, read anew from time to time: templates change seldom. */
function useUsers(context: string, namespace: string, kind: UsedKind, name: string) {
  const all = useResources(context)
  const wanted = mayUse(kind)
  const kinds = all.filter((r) => wanted.includes(resourceKey(r)) && can(r, 'list'))
  const { data } = useQuery({
    queryKey: ['users', context, namespace, kinds.map(resourceKey).join()],
    enabled: kinds.length > 0,
    refetchInterval: refreshMs,
    retry: false,
    queryFn: async ({ signal }) => {
      const unread: string[] = []
      const lists = kinds.map(async (resource) => {
        const path = clusterPath(context, resourcePath(resource, namespace))
        const read = await requestJson<KubeList>(path, { signal }).catch(() => undefined)
        if (read === undefined) unread.push(resource.kind)
        return (read?.items ?? []).map((object) => ({ key: resourceKey(resource), object }))
      })
      return { objects: (await Promise.all(lists)).flat(), unread }
    },
  })
  const users = useMemo(() => data && usersOf(kind, name, data.objects), [data, kind, name])
  return {
    users: users?.map((user) => ({ ...user, kind: kinds.find((r) => resourceKey(r) === user.key)?.kind ?? '' })),
    unread: data?.unread ?? [],
  }
}
