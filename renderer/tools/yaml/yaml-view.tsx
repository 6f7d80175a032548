import { yaml } from '@codemirror/lang-yaml'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { stringify } from 'yaml'
import { isRecord } from '../../kube/types.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { useStored } from '../../ui/storage.ts'
import { Toggle } from '../logs/log-view.tsx'
import { yamlTheme } from './theme.ts'
import './yaml-view.css'

/** An object as read-only YAML: folding, search, line numbers. It follows the object without losing the place. */
export function YamlView({ object }: { object: unknown }) {
  const { t } = useTranslation()
  const [managed, setManaged] = useStored('yaml.managedFields', false)
  const hasManaged = isRecord(object) && isRecord(object.metadata) && Array.isArray(object.metadata.managedFields)
  const text = useMemo(() => stringify(managed ? object : withoutManagedFields(object), { lineWidth: 0, aliasDuplicateObjects: false }), [object, managed])
  return (
    <div className="panel-fill">
      <div className="log-bar">
        {hasManaged && <Toggle label="managedFields" on={managed} onChange={setManaged} />}
        <span className="bar-space" />
        <CopyButton text={text} label={t('common.copy')} />
      </div>
      <Editor text={text} />
    </div>
  )
}

export function withoutManagedFields(object: unknown): unknown {
  if (!isRecord(object) || !isRecord(object.metadata) || object.metadata.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

function Editor({ text }: { text: string }) {
  const { t } = useTranslation()
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const label = t('yaml.label')
  useEffect(() => {
    if (!host.current) return undefined
    const created = new EditorView({
      parent: host.current,
      state: EditorState.create({
        extensions: [
          basicSetup, yaml(), yamlTheme, EditorState.readOnly.of(true), EditorView.editable.of(false),
          EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label })
        ]
      })
    })
    view.current = created
    return () => created.destroy()
  }, [label])
  useEffect(() => {
    const editor = view.current
    if (!editor) return
    const change = smallestChange(editor.state.doc.toString(), text)
    if (change) editor.dispatch({ changes: change })
  }, [text, label])
  return <div ref={host} className="yaml" />
}

/** The one span in which two texts differ: folds, selection and scroll outside it stay. */
export function smallestChange(before: string, after: string): { from: number; to: number; insert: string } | undefined {
  if (before === after) return undefined
  const shorter = Math.min(before.length, after.length)
  let from = 0
  while (from < shorter && before.charCodeAt(from) === after.charCodeAt(from)) from++
  let back = 0
  while (back < shorter - from && before.charCodeAt(before.length - 1 - back) === after.charCodeAt(after.length - 1 - back)) back++
  return { from, to: before.length - back, insert: after.slice(from, after.length - back) }
}
