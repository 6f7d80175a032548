import { Fragment, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { KubeObject } from '../../kube/types.ts'
import { pods } from '../../queries/discovery.ts'
import { Path, Section, Table } from '../../ui/facts.tsx'
import { usePlace } from '../../ui/place.ts'
import { PodLines } from '../pods/pod-lines.tsx'
import type { UsedKind } from '../pods/uses.ts'
import { ObjectLink } from './common.tsx'
import { useLists } from './use-lists.ts'
import { mayUse, usersOf } from './users.ts'

/** Who breaks when this object is gone or another one: what names it, by the fields, and the pods that have it now. */
export function UsedBy({ kind, object }: { kind: UsedKind; object: KubeObject }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { name, namespace = '' } = object.metadata
  const data = useLists(context, namespace, mayUse(kind))
  const users = useMemo(() => data && usersOf(kind, name, data.objects), [data, kind, name])
  const unread = data?.unread ?? []
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
                  {user.where.map((where, index) => (
                    <Fragment key={where}>
                      {index > 0 && ', '}
                      <Path text={where} />
                    </Fragment>
                  ))}
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
