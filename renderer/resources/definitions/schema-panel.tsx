import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SchemaTree } from '../../tools/schema/schema-tree.tsx'
import type { Definition } from './view.ts'

/** What the objects of a definition may hold, in one of its versions. */
export function SchemaPanel({ object }: { object: Definition }) {
  const { t } = useTranslation()
  const versions = object.spec?.versions ?? []
  const [chosen, setChosen] = useState<string>()
  const version = versions.find(({ name }) => name === chosen) ?? versions.find(({ storage }) => storage) ?? versions[0]
  const root = version?.schema?.openAPIV3Schema
  const kind = useMemo(() => root && { root, schemas: {} }, [root])
  return (
    <div className="overview">
      {versions.length > 1 && (
        <p className="revision-line">
          <select
            className="select"
            aria-label={t('columns.version')}
            value={version?.name}
            onChange={(event) => setChosen(event.target.value)}
          >
            {versions.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </p>
      )}
      {kind ? <SchemaTree key={version?.name} kind={kind} /> : <p className="dim">{t('explain.open')}</p>}
    </div>
  )
}
