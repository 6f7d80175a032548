import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { accountName, actingContext } from '../../kube/acting.ts'
import { type Binding, impliedGroups, type Role, type Subject } from '../../kube/rbac.ts'
import { placeUrl, usePlace } from '../../ui/place.ts'

const group = 'rbac.authorization.k8s.io'
const keys = {
  Role: `roles.${group}`,
  ClusterRole: `clusterroles.${group}`,
  RoleBinding: `rolebindings.${group}`,
  ClusterRoleBinding: `clusterrolebindings.${group}`,
} as const

/** Where the pages of this tool are: beside the kinds. */
export const rightsPlace = 'rights'

function Named({ kind, namespace, name }: { kind: keyof typeof keys; namespace: string; name: string }) {
  const place = usePlace()
  const to = placeUrl({ context: place.context, namespace: place.namespace, resource: keys[kind], object: { namespace, name } })
  return (
    <span className="rights-named">
      <span className="dim">{kind}</span> <Link to={to}>{name}</Link>
    </span>
  )
}

export const RoleLink = ({ role: { kind, namespace, name } }: { role: Pick<Role, 'kind' | 'namespace' | 'name'> }) => (
  <Named kind={kind} namespace={namespace} name={name} />
)

export const BindingLink = ({ binding: { namespace, name } }: { binding: Pick<Binding, 'namespace' | 'name'> }) => (
  <Named kind={namespace ? 'RoleBinding' : 'ClusterRoleBinding'} namespace={namespace} name={name} />
)

/** Where a binding gives its role. */
export function Where({ namespace }: { namespace: string }) {
  const { t } = useTranslation()
  return namespace === '' ? <span>{t('rights.everywhere')}</span> : <span>{namespace}</span>
}

/** The subject, and the way to all that it may do. */
export function SubjectLink({ subject }: { subject: Subject }) {
  const place = usePlace()
  const to = placeUrl({
    context: place.context,
    namespace: place.namespace,
    resource: rightsPlace,
    filter: subjectText(subject),
  })
  const name = subject.kind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name
  return (
    <span className="rights-named">
      <span className="dim">{subject.kind}</span> <Link to={to}>{name}</Link>
    </span>
  )
}

/** The address of a question about a subject. */
export const subjectText = ({ kind, name, namespace }: Subject): string =>
  new URLSearchParams({ ask: 'subject', kind, name, ...(kind === 'ServiceAccount' ? { namespace: namespace ?? '' } : {}) }).toString()

/**
 * Uses the window as this user: for a service account with the groups that the server gives it, which need not be said. A group has to
 * have a member: one whose name nobody binds anything to.
 */
export function ActAsLink({ subject, groups = [] }: { subject: Subject; groups?: string[] }) {
  const { t } = useTranslation()
  const place = usePlace()
  const user = userOf(subject)
  const asked = (subject.kind === 'Group' ? [subject.name] : groups).filter((name) => !impliedGroups(user).includes(name))
  return (
    <Link
      className="icon-button action"
      to={placeUrl({ context: actingContext(place.context, { user, groups: asked, uid: '' }), namespace: place.namespace })}
      aria-label={t('acting.startAs', { user })}
    >
      {t('acting.start')}
    </Link>
  )
}

function userOf({ kind, name, namespace }: Subject): string {
  if (kind === 'Group') return `member of ${name}`
  return kind === 'ServiceAccount' ? accountName(namespace ?? '', name) : name
}
