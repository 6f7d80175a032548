import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { KubeObject } from '../../kube/types.ts'
import { accountName } from '../../kube/acting.ts'
import { impliedGroups } from '../../kube/rbac.ts'
import { useRbac } from '../../queries/rbac.ts'
import { ActAsLink } from '../../tools/rights/links.tsx'
import { GrantedRules, Unread } from '../../tools/rights/tables.tsx'
import { pods } from '../../queries/discovery.ts'
import { Section } from '../../ui/facts.tsx'
import { usePlace } from '../../ui/place.ts'
import { RefLink } from '../generic/ref-link.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { PodLines } from '../pods/pod-lines.tsx'

interface ServiceAccount extends KubeObject {
  secrets?: { name?: string }[]
  imagePullSecrets?: { name?: string }[]
  automountServiceAccountToken?: boolean
}

function ServiceAccountOverview({ object }: { object: ServiceAccount }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { namespace, name } = object.metadata
  const source = useMemo(() => ({ context, resource: pods, namespace }), [context, namespace])
  const links = (of: { name?: string }[] | undefined): React.ReactNode =>
    of?.length && of.map(({ name: secret = '' }) => <SecretLink key={secret} namespace={namespace ?? ''} name={secret} />)
  return (
    <PageBody
      object={object}
      facts={[
        [
          t('accounts.automount'),
          object.automountServiceAccountToken === undefined ? undefined : String(object.automountServiceAccountToken),
        ],
        [t('accounts.pullSecrets'), links(object.imagePullSecrets)],
        [t('accounts.secrets'), links(object.secrets)],
      ]}
    >
      <May namespace={namespace ?? ''} name={name} />
      <Section title={t('accounts.pods')}>
        <PodLines source={source} filter={`field=spec.serviceAccountName=${name}`} empty={t('accounts.noPods')} />
      </Section>
    </PageBody>
  )
}

/** What it may do, by itself and by the groups that every account is in. */
function May({ namespace, name }: { namespace: string; name: string }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const view = useRbac(context, namespace)
  const user = accountName(namespace, name)
  return (
    <Section title={t('rights.mayDo')}>
      <ActAsLink subject={{ kind: 'ServiceAccount', name, namespace }} />
      <Unread view={view} />
      {view.ready ? <GrantedRules grants={view.rbac.whatCan(user, impliedGroups(user))} /> : <p className="dim">{t('common.loading')}</p>}
    </Section>
  )
}

function SecretLink({ namespace, name }: { namespace: string; name: string }) {
  return (
    <div>
      <RefLink resource="secrets" namespace={namespace} name={name} />
    </div>
  )
}

export const serviceAccountPage: KindPage<ServiceAccount> = { Overview: ServiceAccountOverview }
