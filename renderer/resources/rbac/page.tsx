import { useTranslation } from 'react-i18next'
import { type LabelSelector, labelSelectorText } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/types.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { ObjectLink } from '../generic/common.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { type PolicyRule, ruleCells } from './rules.ts'

const group = 'rbac.authorization.k8s.io'

interface Role extends KubeObject {
  rules?: PolicyRule[] | null
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] }
}

interface Binding extends KubeObject {
  roleRef?: { kind: string; name: string }
  subjects?: { kind: string; name: string; namespace?: string }[]
}

function RoleOverview({ object }: { object: Role }) {
  const { t } = useTranslation()
  const rules = object.rules ?? []
  return (
    <PageBody
      object={object}
      facts={[[t('facts.aggregates'), object.aggregationRule?.clusterRoleSelectors?.map(labelSelectorText).join(' | ')]]}
    >
      <Section title={t('sections.rules')}>
        {rules.length === 0 ? (
          <p className="dim">{t('rbac.noRules')}</p>
        ) : (
          <Table
            head={[t('rbac.resources'), t('rbac.names'), t('rbac.verbs')]}
            rows={rules.map((rule, index) => ({
              key: String(index),
              cells: ruleCells(rule).map((text) => (
                <span key={text} className="mono">
                  {text}
                </span>
              )),
            }))}
          />
        )}
      </Section>
    </PageBody>
  )
}

function BindingOverview({ object }: { object: Binding }) {
  const { t } = useTranslation()
  const { roleRef, subjects = [] } = object
  const namespace = object.metadata.namespace ?? ''
  const inNamespace = roleRef?.kind === 'Role'
  return (
    <PageBody
      object={object}
      facts={[
        [
          t('rbac.role'),
          roleRef && (
            <>
              <span className="dim">{`${roleRef.kind} `}</span>
              <ObjectLink
                resource={`${inNamespace ? 'roles' : 'clusterroles'}.${group}`}
                namespace={inNamespace ? namespace : ''}
                name={roleRef.name}
              />
            </>
          ),
        ],
      ]}
    >
      <Section title={t('rbac.subjects')}>
        {subjects.length === 0 ? (
          <p className="dim">{t('rbac.noSubjects')}</p>
        ) : (
          <Table
            head={[t('columns.type'), t('columns.name'), t('columns.namespace')]}
            rows={subjects.map((subject) => ({
              key: `${subject.kind}/${subject.namespace ?? ''}/${subject.name}`,
              cells: [
                subject.kind,
                subject.kind === 'ServiceAccount' ? (
                  <ObjectLink key="name" resource="serviceaccounts" namespace={subject.namespace ?? namespace} name={subject.name} />
                ) : (
                  subject.name
                ),
                subject.namespace ?? '',
              ],
            }))}
          />
        )}
      </Section>
    </PageBody>
  )
}

const rolePage: KindPage<Role> = { Overview: RoleOverview }
const bindingPage: KindPage<Binding> = { Overview: BindingOverview }

export const rbacPages = {
  [`roles.${group}`]: rolePage,
  [`clusterroles.${group}`]: rolePage,
  [`rolebindings.${group}`]: bindingPage,
  [`clusterrolebindings.${group}`]: bindingPage,
}
