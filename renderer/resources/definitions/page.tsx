import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { SchemaPanel } from './schema-panel.tsx'
import { type Definition, definitionView } from './view.ts'

/** What a CustomResourceDefinition defines, and the way to its objects. */
function DefinitionOverview({ object }: { object: Definition }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { spec, status } = object
  const names = spec?.names
  const key = `${names?.plural ?? ''}.${spec?.group ?? ''}`
  const columns = spec?.versions?.find((version) => version.storage)?.additionalPrinterColumns ?? []
  return (
    <PageBody
      object={object}
      conditions={status?.conditions}
      facts={[
        [
          t('definitions.objects'),
          <Link key="objects" to={placeUrl({ context, resource: key })}>
            {names?.kind}
          </Link>,
        ],
        [t('definitions.group'), spec?.group],
        [t('definitions.scope'), spec?.scope],
        [t('definitions.shortNames'), names?.shortNames?.join(', ')],
        [t('definitions.categories'), names?.categories?.join(', ')],
        [t('definitions.stored'), status?.storedVersions?.join(', ')],
      ]}
    >
      <Section title={t('definitions.versions')}>
        <Table
          head={[t('columns.version'), t('columns.status')]}
          rows={(spec?.versions ?? []).map(({ name, served, storage, deprecated }) => ({
            key: name,
            cells: [
              name,
              <ToneWord key="s" tone={served ? (deprecated ? 'warn' : 'ok') : 'muted'}>
                {[
                  served ? t('definitions.served') : t('definitions.unserved'),
                  storage && t('definitions.storage'),
                  deprecated && t('definitions.deprecated'),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </ToneWord>,
            ],
          }))}
        />
      </Section>
      {columns.length > 0 && (
        <Section title={t('definitions.columns')}>
          <Table
            head={[t('columns.name'), t('columns.type'), t('facts.path')]}
            rows={columns.map(({ name, type, jsonPath }) => ({
              key: name,
              cells: [
                name,
                type,
                <span key="p" className="mono">
                  {jsonPath}
                </span>,
              ],
            }))}
          />
        </Section>
      )}
    </PageBody>
  )
}

export const definitionPage: KindPage<Definition> = {
  view: definitionView,
  Overview: DefinitionOverview,
  tabs: [{ id: 'schema', Panel: SchemaPanel }],
}
