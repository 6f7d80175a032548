import { useTranslation } from 'react-i18next'
import { Section } from '../../ui/facts.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { type ResourceQuota, scopeTexts } from './quota.ts'
import { QuotaTable } from './quota-meters.tsx'
import { quotaView } from './view.ts'

function QuotaOverview({ object }: { object: ResourceQuota }) {
  const { t } = useTranslation()
  const scopes = scopeTexts(object)
  return (
    <PageBody
      object={object}
      facts={[
        [
          t('columns.scopes'),
          scopes.length === 0 ? (
            <span className="dim">{t('quotas.everything')}</span>
          ) : (
            scopes.map((scope) => (
              <div key={scope} className="mono">
                {scope}
              </div>
            ))
          ),
        ],
      ]}
    >
      <Section title={t('quotas.use')}>
        <QuotaTable quota={object} />
      </Section>
    </PageBody>
  )
}

export const quotaPage: KindPage<ResourceQuota> = { view: quotaView, Overview: QuotaOverview }
