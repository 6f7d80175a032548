import { yaml } from '@codemirror/lang-yaml'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { stringify } from 'yaml'
import { isRecord } from '../../kube/types.ts'
import { withoutValues } from '../../resources/secrets/values.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { useStored } from '../../ui/storage.ts'
import { Toggle } from '../logs/log-view.tsx'
import { smallestChange, withoutManagedFields } from './change.ts'
import { editorPhrases } from './phrases.ts'
import { yamlTheme } from './theme.ts'
import './yaml-view.css'

/** An object as read-only YAML: folding, search, line numbers. It follows the object without losing the place. */
export function YamlView({ object }: { object: unknown }) {
  const { t } = useTranslation()
  const [managed, setManaged] = useStored('yaml.managedFields', false)
  const hasManaged = isRecord(object) && isRecord(object.metadata) && Array.isArray(object.metadata.managedFields)
  const secret = isRecord(object) && object.kind === 'Secret' && object.apiVersion === 'v1'
  const [revealed, setRevealed] = useState(false)
  const text = useMemo(() => {
    const shown = secret && !revealed ? withoutValues(object) : object
    return stringify(managed ? shown : withoutManagedFields(shown), { lineWidth: 0, aliasDuplicateObjects: false })
  }, [object, managed, secret, revealed])
  return (
    <div className="panel-fill">
      <div className="log-bar">
        {secret && <Toggle label={t('secret.reveal')} on={revealed} onChange={setRevealed} />}
        {hasManaged && <Toggle label="managedFields" on={managed} onChange={setManaged} />}
        <span className="bar-space" />
        <CopyButton text={text} label={t('common.copy')} />
      </div>
      <Editor text={text} />
    </div>
  )
}

function Editor({ text }: { text: string }) {
  const { t } = useTranslation()
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  useEffect(() => {
    if (!host.current) return undefined
    const created = new EditorView({
      parent: host.current,
      state: EditorState.create({
        extensions: [
          basicSetup,
          yaml(),
          yamlTheme,
          EditorState.phrases.of(editorPhrases(t)),
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': t('yaml.label') }),
        ],
      }),
    })
    view.current = created
    return () => created.destroy()
  }, [t])
  useEffect(() => {
    const editor = view.current
    if (!editor) return
    const change = smallestChange(editor.state.doc.toString(), text)
    if (change) editor.dispatch({ changes: change })
  }, [text, t])
  return <div ref={host} className="yaml" />
}
