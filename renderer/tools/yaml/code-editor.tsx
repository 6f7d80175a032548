import { yaml } from '@codemirror/lang-yaml'
import { type Diagnostic, setDiagnostics } from '@codemirror/lint'
import { Annotation, EditorState, type Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { smallestChange } from './change.ts'
import type { Problem } from '../schema/check.ts'
import { schemaSupport } from '../schema/editor.ts'
import type { Fault } from './documents.ts'
import { editorPhrases } from './phrases.ts'
import { yamlTheme } from './theme.ts'
import './yaml-view.css'

/** Marks what was put into the editor from outside. */
const fromOutside = Annotation.define<boolean>()

/**
 * YAML in CodeMirror: folding, search, line numbers. It follows `text` without losing the place; without `onChange` it is to be read
 * only. `extensions` count when the editor is made.
 */
export function CodeEditor({
  text,
  label,
  context,
  faults,
  problems,
  extensions,
  onChange,
  onCursor,
}: {
  text: string
  label: string
  /** Whose schemas say what may be written. */
  context?: string
  faults?: readonly Fault[]
  /** What the schemas have against it. */
  problems?: readonly Problem[]
  extensions?: Extension
  onChange?(text: string): void
  /** Where the cursor stands, as an offset in the text. */
  onCursor?(offset: number): void
}) {
  const { t } = useTranslation()
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef({ text, onChange, onCursor, extensions })
  latest.current = { text, onChange, onCursor, extensions }
  // What the editor has told stands in it: a long text is not read out and compared at each key.
  const told = useRef<string>(undefined)
  const readOnly = onChange === undefined
  useEffect(() => {
    if (!host.current) return undefined
    const created = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          latest.current.extensions ?? [],
          context === undefined ? [] : schemaSupport(context, t),
          basicSetup,
          yaml(),
          yamlTheme,
          EditorState.phrases.of(editorPhrases(t)),
          EditorState.readOnly.of(readOnly),
          EditorView.editable.of(!readOnly),
          EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label, spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            const { onChange: changed, onCursor: moved } = latest.current
            if (update.docChanged) told.current = undefined
            if (update.docChanged && !update.transactions.some((each) => each.annotation(fromOutside))) {
              told.current = update.state.doc.toString()
              changed?.(told.current)
            }
            if (update.selectionSet || update.docChanged) moved?.(update.state.selection.main.head)
          }),
        ],
      }),
    })
    view.current = created
    return () => created.destroy()
  }, [t, readOnly, label, context])
  useEffect(() => {
    const editor = view.current
    const change = editor && text !== told.current && smallestChange(editor.state.doc.toString(), text)
    if (change) editor.dispatch({ changes: change, annotations: fromOutside.of(true) })
  }, [text])
  useEffect(() => {
    const editor = view.current
    if (!editor || !(faults || problems)) return
    const { length } = editor.state.doc
    const at = (from: number, to: number) => ({ from: Math.min(from, length), to: Math.min(to, length) })
    const shown: Diagnostic[] = [
      ...(faults ?? []).map(({ from, to, message }) => ({ ...at(from, to), message, severity: 'error' as const })),
      ...(problems ?? []).map(({ from, to, severity, key, values }) => ({
        ...at(from, to),
        message: t(`schema.problem.${key}`, values),
        severity,
      })),
    ]
    editor.dispatch(setDiagnostics(editor.state, shown))
  }, [faults, problems, t])
  return <div ref={host} className="yaml" />
}
