import { useTranslation } from 'react-i18next'
import { isRecord } from '../../kube/types.ts'
import { fieldOf, type KindSchema, resolved, type Schema } from '../../tools/schema/schema.ts'
import { inSchemaOrder } from '../../tools/schema/fields.ts'
import { Facts, Section } from '../../ui/facts.tsx'
import { seenText } from '../../ui/unseen.ts'
import './field-values.css'

/** Longer than this and the YAML tab is the better reader. */
const longest = 160
const deepest = 4
const mostEntries = 20

interface Known {
  schema: Schema | undefined
  kind: KindSchema | undefined
}

const below = ({ schema, kind }: Known, step: string | undefined): Known => {
  if (!schema || !kind) return { schema: undefined, kind }
  if (step !== undefined) return { schema: fieldOf(schema, step, kind), kind }
  return { schema: schema.items && resolved(schema.items, kind), kind }
}

/** The values of an object in the order of its schema, where that is known, with what it says of each as a title. */
export function FieldValues({ title, of, known }: { title: string; of: Record<string, unknown>; known: Known }) {
  const names = inSchemaOrder(Object.keys(of), known.schema, known.kind)
  if (names.length === 0) return null
  return (
    <Section title={title}>
      <Facts
        label={(name) => <span title={below(known, name).schema?.description}>{name}</span>}
        rows={names.map((name) => [name, <Value key={name} value={of[name]} known={below(known, name)} depth={1} />])}
      />
    </Section>
  )
}

function Value({ value, known, depth }: { value: unknown; known: Known; depth: number }) {
  const { t } = useTranslation()
  if (value === null || value === undefined) return <span className="dim">–</span>
  if (typeof value !== 'object') return <span className="mono">{cut(String(value))}</span>
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return <span className="mono">{cut(value.join(', '))}</span>
  const count = Array.isArray(value) ? value.length : Object.keys(value).length
  if (count === 0) return <span className="mono">{JSON.stringify(value)}</span>
  if (depth > deepest || count > mostEntries) return <span className="dim">{t('details.longValue', { count })}</span>
  if (Array.isArray(value)) {
    return (
      <ol className="field-items">
        {value.map((item, index) => (
          <li key={index}>
            <Value value={item} known={below(known, undefined)} depth={depth + 1} />
          </li>
        ))}
      </ol>
    )
  }
  const record = isRecord(value) ? value : {}
  return (
    <dl className="field-values">
      {inSchemaOrder(Object.keys(record), known.schema, known.kind).map((name) => {
        const own = below(known, name)
        return (
          <div key={name}>
            <dt title={own.schema?.description}>{seenText(name)}</dt>
            <dd>
              <Value value={record[name]} known={own} depth={depth + 1} />
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

const cut = (text: string): string => seenText(text.length > longest ? `${text.slice(0, longest)}…` : text)
