import { stringify } from 'yaml'
import { cursorPlace } from './cursor.ts'
import { fieldOf, type KindSchema, resolved, type Schema, schemaAt, typesOf, typeWord } from './schema.ts'

/** One thing that can be written where the cursor is. */
export interface Offer {
  label: string
  /** What is put in. */
  text: string
  detail: string
  info: string
  /** Of fields those first that must be there. */
  required: boolean
}

/** What may be written at a place of a text, and from where on it replaces what is typed. */
export function offersAt(text: string, offset: number, kind: KindSchema): { from: number; offers: Offer[] } | undefined {
  const place = cursorPlace(text, offset)
  const around = schemaAt(kind, place.path)
  if (around === undefined) return undefined
  const values = place.field === undefined ? valuesOf(around, kind) : valuesOf(fieldOf(around, place.field, kind), kind)
  if (place.field !== undefined || values.length > 0) {
    // Right behind the colon a value would be a part of the name.
    const space = text[offset - 1] === ':' ? ' ' : ''
    return { from: place.from, offers: values.map((offer) => ({ ...offer, text: `${space}${offer.text}` })) }
  }
  const fields = Object.entries(around.properties ?? {})
    .filter(([name]) => !place.taken.has(name))
    .map(([name, given]): Offer => {
      const schema = resolved(given, kind)
      const required = around.required?.includes(name) ?? false
      return {
        label: name,
        text: `${name}:${following(schema, kind, place.column)}`,
        detail: typeWord(schema, kind),
        info: schema.description ?? '',
        required,
      }
    })
  return { from: place.from, offers: fields }
}

/** What comes behind a field's name: a value on its line, or the beginning of what stands below it. */
function following(schema: Schema, kind: KindSchema, column: number): string {
  const indent = ' '.repeat(column + 2)
  if (schema.items) return `\n${indent}- `
  return schema.properties || (schema.additionalProperties && typesOf(schema, kind)[0] === 'object') ? `\n${indent}` : ' '
}

function valuesOf(schema: Schema | undefined, kind: KindSchema): Offer[] {
  if (schema === undefined) return []
  const values = schema.enum ?? (typesOf(schema, kind)[0] === 'boolean' ? [true, false] : [])
  return values.map((value) => ({
    label: String(value),
    // In quotes where YAML would read another type: an empty text, or "true".
    text: stringify(value).trim(),
    detail: value === schema.default ? 'default' : '',
    info: '',
    required: value === schema.default,
  }))
}

/** What a word of the text means: the field that it names, or that it is the value of. */
export function meaningAt(
  text: string,
  offset: number,
  kind: KindSchema,
): { path: string; schema: Schema; type: string; required: boolean } | undefined {
  const end = /[\s:]/.exec(text.slice(offset))?.index ?? text.length - offset
  const place = cursorPlace(text, offset + end)
  const name = place.field ?? place.word
  const around = schemaAt(kind, place.path)
  const schema = around && name !== '' ? fieldOf(around, name, kind) : undefined
  if (schema === undefined || (schema.description === undefined && typesOf(schema, kind).length === 0)) return undefined
  const path = [...place.path, name].map((step) => (step === 0 ? '[]' : `.${step}`)).join('')
  return { path: path.slice(1), schema, type: typeWord(schema, kind), required: around?.required?.includes(name) ?? false }
}
