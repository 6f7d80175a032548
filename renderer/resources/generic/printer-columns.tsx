import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { cellText } from '../../kube/columns.ts'
import { apiVersionOf, resourceOfKind } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import { useResources } from '../../queries/discovery.ts'
import { useView } from '../../queries/hub.ts'
import { Facts, Section } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'

/** Said elsewhere on the page. */
const told = new Set(['name', 'namespace', 'age', 'created at'])

/** What the kind's author has kubectl print of it, live: of custom resources the definition's printer columns, wide ones too. */
export function PrinterColumns({ object }: { object: KubeObject }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const all = useResources(context)
  const { name, namespace } = object.metadata
  const found = resourceOfKind(all, object.apiVersion ?? 'v1', object.kind ?? '')
  // In the version that is shown: another one may have other columns.
  const resource = found && apiVersionOf(found) === object.apiVersion ? found : undefined
  const source = useMemo(
    () =>
      resource && {
        context,
        resource: { group: resource.group, version: resource.version, plural: resource.plural, namespaced: resource.namespaced },
        namespace,
        fieldSelector: `metadata.name=${name}`,
      },
    [context, resource, namespace, name],
  )
  const { data } = useView(source && { source, filter: '', start: 0, end: 1, hold: false })
  const row = data?.rows[0]
  const shown = (data?.columns ?? []).flatMap((info, at) => {
    const cell = row?.cells[at] ?? null
    return told.has(info.id) || cellText(cell) === '' ? [] : [{ info, cell }]
  })
  if (shown.length === 0) return null
  return (
    <Section title={t('sections.printed')}>
      <Facts
        rows={shown.map(({ info, cell }) => [
          info.literal ? info.label : t(`columns.${info.label}`),
          cell !== null && typeof cell === 'object' ? (
            <ToneWord tone={cell.tone}>{cell.text}</ToneWord>
          ) : (
            <span className="mono">{cellText(cell)}</span>
          ),
        ])}
      />
    </Section>
  )
}
