import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { labelSelectorText } from '../../kube/label-selector.ts'
import type { Binding, Role } from '../../kube/rbac.ts'
import { useObject } from '../../queries/hub.ts'
import { useRbac } from '../../queries/rbac.ts'
import { ActAsLink, BindingLink, RoleLink, SubjectLink, Where } from '../../tools/rights/links.tsx'
import { RuleTable, Unread } from '../../tools/rights/tables.tsx'
import { Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { type BindingObject, clusterRoleBindingView, clusterRoleView, roleBindingView, type RoleObject, roleView } from './view.ts'

const group = 'rbac.authorization.k8s.io'

function RoleOverview({ object }: { object: RoleObject }) {
  const { t } = useTranslation()
  const { namespace = '', name } = object.metadata
  const selectors = object.aggregationRule?.clusterRoleSelectors ?? []
  return (
    <PageBody object={object} facts={[[t('facts.aggregates'), selectors.map(labelSelectorText).join(' | ')]]}>
      <GivenTo role={{ kind: namespace ? 'Role' : 'ClusterRole', namespace, name }} />
      <Section title={t('sections.rules')}>
        <RuleTable rules={object.rules ?? []} />
      </Section>
      {selectors.map((selector) => (
        <PutTogether key={labelSelectorText(selector)} selector={labelSelectorText(selector)} own={name} />
      ))}
    </PageBody>
  )
}

/** Everybody who has the role, and where. */
function GivenTo({ role }: { role: Pick<Role, 'kind' | 'namespace' | 'name'> }) {
  const { t } = useTranslation()
  const { context, namespace } = usePlace()
  const view = useRbac(context, role.namespace || namespace)
  const bindings = view.rbac.bindingsOf(role)
  return (
    <Section title={t('rbac.givenTo')}>
      <Unread view={view} />
      {!view.ready ? (
        <p className="dim">{t('common.loading')}</p>
      ) : bindings.every(({ subjects }) => subjects.length === 0) ? (
        <p className="dim">{t('rbac.noSubjects')}</p>
      ) : (
        <Subjects bindings={bindings} withBinding />
      )}
    </Section>
  )
}

function Subjects({ bindings, withBinding = false }: { bindings: readonly Binding[]; withBinding?: boolean }) {
  const { t } = useTranslation()
  const head = [t('rights.subject'), t('rights.where'), ...(withBinding ? [t('rights.through')] : []), t('acting.start')]
  return (
    <Table
      head={head}
      rows={bindings.flatMap((binding) =>
        binding.subjects.map((subject, index) => ({
          key: `${binding.namespace}/${binding.name}/${index}`,
          cells: [
            <SubjectLink key="subject" subject={subject} />,
            <Where key="where" namespace={binding.namespace} />,
            ...(withBinding ? [<BindingLink key="binding" binding={binding} />] : []),
            <ActAsLink key="act" subject={subject} />,
          ],
        })),
      )}
    />
  )
}

/** The ClusterRoles whose rules an aggregated one has. */
function PutTogether({ selector, own }: { selector: string; own: string }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const source = useMemo(
    () => ({ context, resource: { group, version: 'v1', plural: 'clusterroles', namespaced: false }, labelSelector: selector }),
    [context, selector],
  )
  const parts = (useObject(source)?.all ?? []).filter(({ metadata }) => metadata.name !== own)
  return (
    <Section title={t('rbac.putTogether', { selector })}>
      {parts.length === 0 ? (
        <p className="dim">{t('common.nothing')}</p>
      ) : (
        parts.map(({ metadata: { name } }) => (
          <div key={name}>
            <RoleLink role={{ kind: 'ClusterRole', namespace: '', name }} />
          </div>
        ))
      )}
    </Section>
  )
}

function BindingOverview({ object }: { object: BindingObject }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { roleRef, metadata } = object
  const namespace = metadata.namespace ?? ''
  const view = useRbac(context, namespace)
  const binding = useMemo<Binding | undefined>(
    () =>
      roleRef && {
        name: metadata.name,
        namespace,
        roleRef,
        // A service account that names no namespace is one of the binding's.
        subjects: (object.subjects ?? []).map((subject) =>
          subject.kind === 'ServiceAccount' && !subject.namespace ? { ...subject, namespace } : subject,
        ),
      },
    [roleRef, metadata.name, namespace, object.subjects],
  )
  if (!binding) return <PageBody object={object} />
  const role = view.rbac.roleOf(binding)
  const place = { ...binding.roleRef, namespace: binding.roleRef.kind === 'Role' ? namespace : '' }
  return (
    <PageBody
      object={object}
      facts={[
        [t('rbac.role'), <RoleLink key="role" role={place} />],
        [t('rights.where'), <Where key="where" namespace={namespace} />],
      ]}
    >
      <Section title={t('rbac.subjects')}>
        {binding.subjects.length === 0 ? <p className="dim">{t('rbac.noSubjects')}</p> : <Subjects bindings={[binding]} />}
      </Section>
      <Section title={t('rbac.gives')}>
        {role ? (
          <RuleTable rules={role.rules} />
        ) : !view.ready ? (
          <p className="dim">{t('common.loading')}</p>
        ) : view.unread.length > 0 ? (
          <Unread view={view} />
        ) : (
          <ToneWord tone="bad">{t('rbac.noRole', { kind: place.kind, name: place.name })}</ToneWord>
        )}
      </Section>
    </PageBody>
  )
}

const roles = { Overview: RoleOverview }
const bindings = { Overview: BindingOverview }

export const rbacPages: Record<string, KindPage<RoleObject> | KindPage<BindingObject>> = {
  [`roles.${group}`]: { ...roles, view: roleView },
  [`clusterroles.${group}`]: { ...roles, view: clusterRoleView },
  [`rolebindings.${group}`]: { ...bindings, view: roleBindingView },
  [`clusterrolebindings.${group}`]: { ...bindings, view: clusterRoleBindingView },
}
