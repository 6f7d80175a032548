import { useTranslation } from 'react-i18next'
import { isRecord, type KubeObject } from '../../kube/types.ts'
import { RecentEvents } from '../events/events-tab.tsx'
import { useKindSchema } from '../../tools/schema/schemas.ts'
import { fieldOf, resolved } from '../../tools/schema/schema.ts'
import { usePlace } from '../../ui/place.ts'
import { Conditions, conditionsOf, MainFacts, Metadata } from './common.tsx'
import { DefinedBy } from './defined-by.tsx'
import { FieldValues } from './field-values.tsx'
import { PrinterColumns } from './printer-columns.tsx'

/** What can be said about any kind: its metadata, conditions, and the plain values of spec, status and data. */
export function GenericOverview({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const record = object as unknown as Record<string, unknown>
  const status = isRecord(record.status) ? record.status : undefined
  const kind = useKindSchema(usePlace().context, object.apiVersion ?? '', object.kind ?? '')
  const under = (field?: string) => {
    const root = kind && resolved(kind.root, kind)
    return { kind, schema: root && (field === undefined ? root : fieldOf(root, field, kind)) }
  }
  const conditions = conditionsOf(status?.conditions)
  const { conditions: _, ...others } = status ?? {}
  const rest = Object.entries(record).filter(([key]) => !known.has(key))
  return (
    <div className="overview">
      <MainFacts object={object} />
      <PrinterColumns object={object} />
      <Conditions conditions={conditions} />
      {isRecord(record.spec) && <FieldValues title={t('sections.spec')} of={record.spec} known={under('spec')} />}
      {status && <FieldValues title={t('sections.status')} of={conditions ? others : status} known={under('status')} />}
      {rest.length > 0 && <FieldValues title={t('sections.content')} of={Object.fromEntries(rest)} known={under()} />}
      <RecentEvents object={object} />
      <DefinedBy object={object} />
      <Metadata object={object} />
    </div>
  )
}

const known = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status'])
