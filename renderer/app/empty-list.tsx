import { useTranslation } from 'react-i18next'
import { isStale } from '../kube/connection.ts'
import type { ViewData } from '../kube/protocol.ts'
import { can, type Resource, resourceKey } from '../kube/resource.ts'
import { firstNamespace, namespacesOf } from '../kube/scope.ts'
import { useConnection } from '../queries/connection.ts'
import { useKubectl } from '../queries/contexts.ts'
import { useCompose } from '../tools/apply/compose-context.ts'
import { templates } from '../tools/apply/templates.ts'
import { Command } from '../ui/command.tsx'
import { useGo, usePlace } from '../ui/place.ts'
import { moment } from '../ui/since.ts'
import { MissingNamespaces } from './missing-namespaces.tsx'
import { useMissingNamespaces } from './namespaces.ts'

/** What kubectl is told to make one, for the kinds that have a short way. Double quotes are read alike by all shells. */
const creators: Record<string, string> = {
  pods: 'run hello --image=registry.k8s.io/pause:3.10',
  'deployments.apps': 'create deployment hello --image=registry.k8s.io/pause:3.10',
  services: 'expose pod hello --port=80',
  configmaps: 'create configmap hello --from-literal=key=value',
  secrets: 'create secret generic hello --from-literal=key=value',
  namespaces: 'create namespace hello',
  serviceaccounts: 'create serviceaccount hello',
  'jobs.batch': 'create job hello --image=busybox -- echo hello',
  'cronjobs.batch': 'create cronjob hello --image=busybox --schedule="*/5 * * * *" -- echo hello',
  'roles.rbac.authorization.k8s.io': 'create role hello --verb=get --resource=pods',
}

export function EmptyList({
  resource,
  data,
  filter,
  onClear,
}: {
  resource: Resource
  data: ViewData | undefined
  filter: string
  onClear(): void
}) {
  const { t, i18n } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const connection = useConnection(place.context)
  const kubectl = useKubectl(place.context)
  const compose = useCompose()
  const missing = useMissingNamespaces(place.context, resource.namespaced ? place.namespace : '')
  if (!data || (!data.state.synced && data.state.phase !== 'live')) {
    // Why nothing comes stands above.
    if (data?.state.error || isStale(connection)) return null
    const { plugin, since } = connection
    return (
      <div className="empty" role="status">
        {connection.word === 'plugin'
          ? t('connection.plugin.detail', { plugin, time: moment(since, i18n.language) })
          : t('list.loading', { kind: resource.kind })}
      </div>
    )
  }
  if (filter !== '' && data.total > 0) {
    return (
      <div className="empty">
        <strong>{t('list.noMatch', { filter })}</strong>
        <button type="button" className="icon-button action" onClick={onClear}>
          {t('list.clearFilter')}
        </button>
      </div>
    )
  }
  const namespaced = place.namespace && resource.namespaced
  if (missing.length > 0 && missing.length === namespacesOf(place.namespace).length) {
    return (
      <div className="empty">
        <MissingNamespaces names={missing} />
      </div>
    )
  }
  const command = creators[resourceKey(resource)] ?? (can(resource, 'create') ? 'apply -f FILE' : undefined)
  // kubectl would make it in the namespace of its own context, and this list would stay empty.
  const here = kubectl && command && [kubectl, ...(namespaced ? ['-n', firstNamespace(place.namespace)] : []), command].join(' ')
  return (
    <div className="empty">
      <strong>
        {namespaced
          ? t('list.noneIn', { kind: resource.kind, namespace: namespacesOf(place.namespace).join(', ') })
          : t('list.none', { kind: resource.kind })}
      </strong>
      {here && (
        <>
          <span>{t('list.makeOne')}</span>
          <Command text={here} />
        </>
      )}
      {can(resource, 'create') && (
        <button
          type="button"
          className="icon-button action"
          onClick={() => compose(Object.hasOwn(templates, resource.kind) ? templates[resource.kind] : undefined)}
        >
          {t('apply.title')}
        </button>
      )}
      {namespaced && (
        <button type="button" className="icon-button action" onClick={() => go({ namespace: '' })}>
          {t('list.allNamespaces')}
        </button>
      )}
    </div>
  )
}
