import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useResource } from '../../queries/discovery.ts'
import { Facts, Section } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import { RefLink } from '../generic/ref-link.tsx'
import { LiveLines } from '../generic/live-lines.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { Covered, CoveredNamespaces, selectorText } from './parts.tsx'
import { admissionViews, type Binding, type Policy } from './view.ts'

const Code = ({ text }: { text: string }) => <pre className="data-text mono">{text}</pre>

/** What a policy looks at of what this cluster has, what it demands or changes, and where it is bound. */
function PolicyOverview({ object }: { object: Policy }) {
  const { t } = useTranslation()
  const { spec, status } = object
  const match = spec?.matchConstraints
  return (
    <PageBody
      object={object}
      conditions={status?.conditions}
      facts={[
        [t('admission.rules'), <Covered key="rules" rules={match?.resourceRules ?? []} excluded={match?.excludeResourceRules} />],
        [t('admission.inNamespaces'), <CoveredNamespaces key="ns" selector={match?.namespaceSelector} />],
        [t('admission.objects'), selectorText(match?.objectSelector)],
        [t('admission.params'), spec?.paramKind && `${spec.paramKind.kind} (${spec.paramKind.apiVersion})`],
        [t('admission.failurePolicy'), spec?.failurePolicy && t(spec.failurePolicy === 'Fail' ? 'admission.fail' : 'admission.ignore')],
      ]}
    >
      {(status?.typeChecking?.expressionWarnings ?? []).map(({ fieldRef, warning }) => (
        <p key={fieldRef} className="why">
          <strong>{fieldRef}</strong> {warning}
        </p>
      ))}
      <Expressions title={t('admission.conditions')} of={spec?.matchConditions} />
      <Expressions title={t('admission.variables')} of={spec?.variables} />
      {(spec?.validations?.length ?? 0) > 0 && (
        <Section title={t('admission.validations')}>
          {spec?.validations?.map(({ expression, message, messageExpression, reason }, index) => (
            <div key={index}>
              <Code text={expression} />
              <Facts
                rows={[
                  [t('columns.message'), message],
                  [t('admission.messageExpression'), messageExpression && <span className="mono">{messageExpression}</span>],
                  [t('columns.reason'), reason],
                ]}
              />
            </div>
          ))}
        </Section>
      )}
      {(spec?.mutations?.length ?? 0) > 0 && (
        <Section title={t('admission.mutations')}>
          {spec?.mutations?.map(({ patchType, applyConfiguration, jsonPatch }, index) => (
            <div key={index}>
              <strong>{patchType}</strong>
              <Code text={applyConfiguration?.expression ?? jsonPatch?.expression ?? ''} />
            </div>
          ))}
        </Section>
      )}
      <Bindings object={object} />
    </PageBody>
  )
}

function Expressions({ title, of }: { title: string; of: { name: string; expression: string }[] | undefined }) {
  if (!of || of.length === 0) return null
  return (
    <Section title={title}>
      <Facts rows={of.map(({ name, expression }) => [name, <Code key={name} text={expression} />])} />
    </Section>
  )
}

const bindingKeys: Record<string, string> = {
  ValidatingAdmissionPolicy: 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  MutatingAdmissionPolicy: 'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
}

/** Without a binding a policy does nothing. */
function Bindings({ object }: { object: Policy }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const resource = useResource(context, bindingKeys[object.kind ?? ''] ?? '')
  const source = useMemo(() => resource && { context, resource }, [context, resource])
  if (!source) return null
  return (
    <Section title={t('admission.bindings')}>
      <LiveLines
        source={source}
        filter={`field=spec.policyName=${object.metadata.name}`}
        columns={['status', 'params', 'age']}
        empty={t('admission.noBindings')}
      />
    </Section>
  )
}

const policyKeys: Record<string, string> = {
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicies.admissionregistration.k8s.io',
  MutatingAdmissionPolicyBinding: 'mutatingadmissionpolicies.admissionregistration.k8s.io',
}

/** Where a policy is in force, and what it does there. */
function BindingOverview({ object }: { object: Binding }) {
  const { t } = useTranslation()
  const { spec } = object
  const match = spec?.matchResources
  const ref = spec?.paramRef
  return (
    <PageBody
      object={object}
      facts={[
        [
          t('admission.policy'),
          spec?.policyName && <RefLink resource={policyKeys[object.kind ?? ''] ?? ''} namespace="" name={spec.policyName} />,
        ],
        [
          t('admission.actions'),
          spec?.validationActions?.map((action) => (
            <ToneWord key={action} tone={action === 'Deny' ? 'bad' : action === 'Warn' ? 'warn' : 'muted'}>
              {action}
            </ToneWord>
          )),
        ],
        [
          t('admission.params'),
          ref && [ref.namespace, ref.name ?? JSON.stringify(ref.selector ?? {}), ref.parameterNotFoundAction].filter(Boolean).join(' · '),
        ],
        [
          t('admission.rules'),
          (match?.resourceRules?.length ?? 0) > 0 && (
            <Covered key="rules" rules={match?.resourceRules ?? []} excluded={match?.excludeResourceRules} />
          ),
        ],
        [t('admission.inNamespaces'), <CoveredNamespaces key="ns" selector={match?.namespaceSelector} />],
        [t('admission.objects'), selectorText(match?.objectSelector)],
      ]}
    />
  )
}

const key = (plural: string): keyof typeof admissionViews => `${plural}.admissionregistration.k8s.io`

export const policyPages: Record<string, KindPage<never>> = Object.fromEntries([
  ...['validatingadmissionpolicies', 'mutatingadmissionpolicies'].map((plural) => [
    key(plural),
    { view: admissionViews[key(plural)], Overview: PolicyOverview },
  ]),
  ...['validatingadmissionpolicybindings', 'mutatingadmissionpolicybindings'].map((plural) => [
    key(plural),
    { view: admissionViews[key(plural)], Overview: BindingOverview },
  ]),
]) as Record<string, KindPage<never>>
