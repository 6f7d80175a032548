import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Disclosure } from '../../ui/disclosure.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { fieldsOf, findFields, type SchemaField } from './fields.ts'
import type { KindSchema } from './schema.ts'
import './schema-tree.css'

const mostFound = 200

/** What a kind's objects may hold, as `kubectl explain` tells it: fields with their types and descriptions, opened one by one or found by name. */
export function SchemaTree({ kind }: { kind: KindSchema }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const wanted = text.trim()
  const fields = useMemo(() => (wanted === '' ? fieldsOf(kind.root, kind) : findFields(kind.root, kind, wanted, mostFound)), [kind, wanted])
  return (
    <>
      <SearchField label={t('explain.find')} text={text} onText={setText} />
      {kind.root.description && <p className="schema-text">{kind.root.description}</p>}
      {fields.length === 0 ? (
        <p className="dim">{t(wanted === '' ? 'explain.open' : 'explain.noField', { text: wanted })}</p>
      ) : (
        <FieldList key={wanted} fields={fields} kind={kind} found={wanted !== ''} />
      )}
      {fields.length === mostFound && <p className="dim">{t('explain.cut', { count: mostFound })}</p>}
    </>
  )
}

function FieldList({ fields, kind, found = false }: { fields: readonly SchemaField[]; kind: KindSchema; found?: boolean }) {
  return (
    <ul className="schema-fields">
      {fields.map((field) => (
        <li key={field.path}>
          {field.below ? (
            <Disclosure className="schema-field" summary={<FieldHead field={field} found={found} />}>
              <FieldText field={field} />
              <FieldsBelow field={field} kind={kind} />
            </Disclosure>
          ) : (
            <div className="schema-field">
              <FieldHead field={field} found={found} />
              <FieldText field={field} />
            </div>
          )}
        </li>
      ))}
    </ul>
  )
}

function FieldsBelow({ field, kind }: { field: SchemaField; kind: KindSchema }) {
  const fields = useMemo(() => (field.below ? fieldsOf(field.below, kind, field.path) : []), [field, kind])
  return <FieldList fields={fields} kind={kind} />
}

function FieldHead({ field, found }: { field: SchemaField; found: boolean }) {
  const { t } = useTranslation()
  return (
    <>
      <code>{found ? field.path : field.name}</code> <span className="dim">{`<${field.type}>`}</span>
      {field.required && <span className="schema-required"> {t('explain.required')}</span>}
    </>
  )
}

function FieldText({ field: { description, limits } }: { field: SchemaField }) {
  return (
    <>
      {description && <p className="schema-text">{description}</p>}
      {limits.length > 0 && <p className="schema-text dim mono">{limits.join(' · ')}</p>}
    </>
  )
}
