import { useTranslation } from 'react-i18next'
import { Section, Table } from '../../ui/facts.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { bounds, limitLines, type LimitRange } from './limits.ts'
import { limitRangeView } from './view.ts'

/** What an object of each type is given when it says nothing, and what it may ask for. */
export function LimitsTable({ range }: { range: LimitRange }) {
  const { t } = useTranslation()
  const lines = limitLines(range)
  // All of them are wider than details beside a list.
  const said = bounds.flatMap((bound, at) => (lines.some(({ values }) => values[at] !== undefined) ? [{ bound, at }] : []))
  return (
    <Table
      head={[t('columns.type'), t('namespaces.resource'), ...said.map(({ bound }) => bound)]}
      rows={lines.map(({ type, resource, values }) => ({
        key: `${type} ${resource}`,
        cells: [type, resource, ...said.map(({ at }) => values[at] ?? '')],
      }))}
    />
  )
}

function LimitRangeOverview({ object }: { object: LimitRange }) {
  const { t } = useTranslation()
  const types = [...new Set(limitLines(object).map(({ type }) => type))]
  return (
    <PageBody object={object}>
      {types.map((type) => (
        <Section key={type} title={type}>
          <LimitsTable range={{ ...object, spec: { limits: (object.spec?.limits ?? []).filter((limit) => limit.type === type) } }} />
        </Section>
      ))}
      {types.length === 0 && <p className="dim">{t('limits.none')}</p>}
    </PageBody>
  )
}

export const limitRangePage: KindPage<LimitRange> = { view: limitRangeView, Overview: LimitRangeOverview }
