import { useTranslation } from 'react-i18next'
import { Facts, Section } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { RefLink } from '../generic/ref-link.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { Covered, CoveredNamespaces, selectorText } from './parts.tsx'
import { datesStatus } from '../secrets/view.ts'
import { localTime } from '../../ui/time.ts'
import { authorityOf, type Webhook, type WebhookConfiguration, webhooksView } from './view.ts'

/** Each webhook: who is asked, about what of what this cluster has, and what happens when there is no answer. */
function WebhooksOverview({ object }: { object: WebhookConfiguration }) {
  const { t } = useTranslation()
  return (
    <PageBody object={object}>
      {(object.webhooks ?? []).map((webhook) => (
        <Section key={webhook.name} title={webhook.name}>
          <Facts
            rows={[
              [t('admission.asks'), <Client key="client" of={webhook.clientConfig} />],
              [t('admission.authority'), <Authority key="authority" of={webhook} />],
              [t('admission.rules'), <Covered key="rules" rules={webhook.rules ?? []} />],
              [t('admission.inNamespaces'), <CoveredNamespaces key="ns" selector={webhook.namespaceSelector} />],
              [t('admission.objects'), selectorText(webhook.objectSelector)],
              [
                t('admission.conditions'),
                webhook.matchConditions?.map(({ name, expression }) => <Expression key={name} of={expression} />),
              ],
              [
                t('admission.failurePolicy'),
                webhook.failurePolicy && (
                  <ToneWord tone={webhook.failurePolicy === 'Fail' ? 'warn' : 'muted'}>
                    {t(webhook.failurePolicy === 'Fail' ? 'admission.fail' : 'admission.ignore')}
                  </ToneWord>
                ),
              ],
              [t('admission.timeout'), webhook.timeoutSeconds !== undefined && `${webhook.timeoutSeconds} s`],
              [t('admission.sideEffects'), webhook.sideEffects],
              [t('admission.matchPolicy'), webhook.matchPolicy],
              [t('admission.reinvocation'), webhook.reinvocationPolicy],
            ]}
          />
        </Section>
      ))}
      {(object.webhooks ?? []).length === 0 && <p className="dim">{t('admission.noWebhooks')}</p>}
    </PageBody>
  )
}

function Client({ of }: { of: Webhook['clientConfig'] }) {
  if (!of?.service) return <span className="mono">{of?.url}</span>
  const { namespace, name, path = '', port } = of.service
  return (
    <RefLink resource="services" namespace={namespace} name={name}>
      <span className="mono">{` ${namespace}${port === undefined ? '' : `:${port}`}${path}`}</span>
    </RefLink>
  )
}

/** Whose word counts for the webhook's certificate, and until when. */
function Authority({ of }: { of: Webhook }) {
  const { t } = useTranslation()
  if (!of.clientConfig?.caBundle) return <>{t('admission.systemAuthorities')}</>
  const authority = authorityOf(of)
  if (!authority) return <ToneWord tone="warn">Unreadable</ToneWord>
  const { text, tone } = datesStatus(authority)
  return (
    <>
      <ToneWord tone={tone}>{text}</ToneWord>{' '}
      {t('admission.authorityUntil', { name: authority.subject, when: localTime(authority.notAfter) })}
    </>
  )
}

const Expression = ({ of }: { of: string }) => <pre className="data-text mono">{of}</pre>

export const webhooksPage: KindPage<WebhookConfiguration> = { view: webhooksView, Overview: WebhooksOverview }
