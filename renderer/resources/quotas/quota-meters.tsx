import { useTranslation } from 'react-i18next'
import { parseQuantity } from '../../kube/quantity.ts'
import { Meter } from '../../ui/meter.tsx'
import { Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { lineStatus, percent, type QuotaLine, quotaLines, type ResourceQuota } from './quota.ts'
import './quota.css'

function LineMeter({ line: { resource, used, hard } }: { line: QuotaLine }) {
  return <Meter label={resource} value={parseQuantity(used)} max={parseQuantity(hard)} text={`${used ?? '–'} / ${hard}`} />
}

/** What is used of what is granted, resource by resource, the fullest first: small enough for another object's page. */
export function QuotaMeters({ quota }: { quota: ResourceQuota }) {
  return (
    <div className="quota">
      {quotaLines(quota).map((line) => (
        <LineMeter key={line.resource} line={line} />
      ))}
    </div>
  )
}

/** The same with what is left, and a word for each. */
export function QuotaTable({ quota }: { quota: ResourceQuota }) {
  const { t } = useTranslation()
  return (
    <Table
      head={[t('quotas.usedOfHard'), t('quotas.left'), t('columns.status')]}
      numbers={[1]}
      rows={quotaLines(quota).map((line) => {
        const word = lineStatus(line)
        return {
          key: line.resource,
          cells: [
            <LineMeter key="meter" line={line} />,
            line.left ?? '',
            word && (
              <ToneWord key="word" tone={word.tone}>
                {[word.text, line.share !== undefined && percent(line.share)].filter(Boolean).join(' · ')}
              </ToneWord>
            ),
          ],
        }
      })}
    />
  )
}
