import { useTranslation } from 'react-i18next'
import { type Condition, isRecord, type KubeObject } from '../../kube/types.ts'
import { RecentEvents } from '../events/events-tab.tsx'
import { Facts, Section } from '../../ui/facts.tsx'
import { Conditions, MainFacts, Metadata } from './common.tsx'
import { PrinterColumns } from './printer-columns.tsx'

/** What can be said about any kind: its metadata, conditions, and the plain values of spec, status and data. */
export function GenericOverview({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const record = object as unknown as Record<string, unknown>
  const status = isRecord(record.status) ? record.status : undefined
  const rest = Object.entries(record).filter(([key]) => !known.has(key))
  return (
    <div className="overview">
      <MainFacts object={object} />
      <PrinterColumns object={object} />
      <Conditions conditions={Array.isArray(status?.conditions) ? (status.conditions as Condition[]) : undefined} />
      {isRecord(record.spec) && <Values title={t('sections.spec')} of={record.spec} />}
      {status && <Values title={t('sections.status')} of={status} />}
      {rest.length > 0 && <Values title={t('sections.content')} of={Object.fromEntries(rest)} />}
      <RecentEvents object={object} />
      <Metadata object={object} />
    </div>
  )
}

const known = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status'])

function Values({ title, of }: { title: string; of: Record<string, unknown> }) {
  const rows = Object.entries(of).filter(([key]) => key !== 'conditions')
  if (rows.length === 0) return null
  return (
    <Section title={title}>
      <Facts rows={rows.map(([key, value]) => [key, <Value key={key} value={value} />])} />
    </Section>
  )
}

/** Longer than this and the YAML tab is the better reader. */
const longest = 160

function Value({ value }: { value: unknown }) {
  const { t } = useTranslation()
  if (value === null || value === undefined) return <span className="dim">–</span>
  if (typeof value !== 'object') return <span className="mono">{cut(String(value))}</span>
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return <span className="mono">{cut(value.join(', '))}</span>
  const text = JSON.stringify(value)
  if (text.length <= longest) return <span className="mono">{text}</span>
  return <span className="dim">{t('details.longValue', { count: Array.isArray(value) ? value.length : Object.keys(value).length })}</span>
}

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text)
