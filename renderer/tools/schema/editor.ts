import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { EditorState, type Extension } from '@codemirror/state'
import { hoverTooltip } from '@codemirror/view'
import { meaningAt, offersAt } from './complete.ts'
import { cursorPlace } from './cursor.ts'
import type { KindSchema } from './schema.ts'
import { schemaOf } from './schemas.ts'
import './schema.css'

type Words = (key: string) => string

/** What fields and values there are, while one types and under the pointer, from the cluster's own schemas. */
export function schemaSupport(context: string, t: Words): Extension {
  // One and the same at each transaction: CodeMirror forgets what it has asked of a source that is another one.
  const data = [{ autocomplete: (asked: CompletionContext) => complete(context, asked) }]
  return [
    EditorState.languageData.of(() => data),
    hoverTooltip(async (view, position) => {
      const text = view.state.doc.toString()
      const kind = await kindAt(context, text, position)
      const word = view.state.wordAt(position)
      const found = kind && word ? meaningAt(text, word.from, kind) : undefined
      if (!found || !word) return null
      return { pos: word.from, end: word.to, above: true, create: () => ({ dom: drawn(found, t) }) }
    }),
  ]
}

/** A cluster that cannot be asked leaves a plain editor. */
function kindAt(context: string, text: string, offset: number): Promise<KindSchema | null> {
  const { apiVersion, kind } = cursorPlace(text, offset)
  return apiVersion === '' || kind === '' ? Promise.resolve(null) : schemaOf(context, apiVersion, kind).catch(() => null)
}

async function complete(context: string, asked: CompletionContext): Promise<CompletionResult | null> {
  const text = asked.state.doc.toString()
  const kind = await kindAt(context, text, asked.pos)
  const found = kind ? offersAt(text, asked.pos, kind) : undefined
  if (!found || found.offers.length === 0 || (found.from === asked.pos && !asked.explicit && !/[:-] $/.test(text.slice(0, asked.pos))))
    return null
  return {
    from: found.from,
    validFor: /^[\w.$-]*$/,
    options: found.offers.map(
      ({ label, text: put, detail, info, required }): Completion => ({
        label,
        apply: put,
        detail,
        ...(info ? { info } : {}),
        type: put.includes(':') ? 'property' : 'enum',
        boost: required ? 1 : 0,
      }),
    ),
  }
}

function drawn({ path, schema, type, required }: NonNullable<ReturnType<typeof meaningAt>>, t: Words): HTMLElement {
  const box = document.createElement('div')
  box.className = 'schema-hover'
  const add = (tag: string, text: string): void => {
    if (text === '') return
    const element = document.createElement(tag)
    element.textContent = text
    box.append(element)
  }
  add('code', `${path}: ${type}${required ? ` (${t('schema.required')})` : ''}`)
  add('p', schema.description ?? '')
  if (schema.enum) add('p', `${t('schema.allowed')} ${schema.enum.map(String).join(', ')}`)
  // `{}` is what Kubernetes' documents say of every object.
  if (schema.default !== undefined && typeof schema.default !== 'object')
    add('p', `${t('schema.default')} ${JSON.stringify(schema.default)}`)
  return box
}
