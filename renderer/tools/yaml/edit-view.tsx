import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { mergeLines } from '../../kube/merge-lines.ts'
import { type Resource, resourceKey } from '../../kube/resource.ts'
import { rowKey } from '../../kube/store.ts'
import { isSecret } from '../../kube/secret-values.ts'
import type { KubeObject } from '../../kube/types.ts'
import { useGo } from '../../ui/place.ts'
import { useAct } from '../actions/act-context.ts'
import { useProblems } from '../schema/schemas.ts'
import type { Action, ChangeAction } from '../actions/action.ts'
import { CodeEditor } from './code-editor.tsx'
import { DeletedNotice } from './deleted-notice.tsx'
import { draftKey, keepDraft, useDraft } from './drafts.ts'
import { readDocuments, type YamlDocument } from './documents.ts'
import './edit-view.css'
import { editableText, whole } from './editable.ts'
import { MergeNotice } from './merge-notice.tsx'
import { OwnerLine } from './owner-line.tsx'

/** What is typed rests this long before it is read, ms; a long text costs more. */
const restMs = (text: string): number => (text.length > 100_000 ? 700 : 200)

/**
 * An object as text to change. What is typed is kept until it is sent or thrown away; when the object changes meanwhile both are brought
 * together, and what both have changed is asked about.
 */
export function EditView({
  object,
  deleted,
  resource,
  context,
}: {
  /** As it was last, once it is `deleted`. */
  object: KubeObject
  deleted: boolean
  resource: Resource
  context: string
}) {
  const { t } = useTranslation()
  const go = useGo()
  const act = useAct()
  const key = draftKey(context, resourceKey(resource), object.metadata)
  const draft = useDraft(key)
  const liveText = useMemo(() => editableText(object, resource), [object, resource])
  const base = draft?.base ?? object
  const baseText = useMemo(() => (base === object ? liveText : editableText(base, resource)), [base, object, liveText, resource])
  const text = draft?.text ?? liveText
  const [offset, setOffset] = useState(0)
  const { documents, current } = useReading(text)
  const foreign = draft !== undefined && baseText !== liveText
  // A new version that says the same is what is edited now: a status that moves on disturbs nobody.
  useEffect(() => {
    if (draft && !foreign && draft.base !== object) keepDraft(key, { base: object, text: draft.text })
  }, [draft, foreign, object, key])
  // It has become what was typed, by another way.
  useEffect(() => {
    if (foreign && draft?.text === liveText) keepDraft(key, undefined)
  }, [foreign, draft, liveText, key])
  useGuard(draft !== undefined && isSecret(object))
  const faults = useMemo(() => documents.flatMap((document) => document.faults), [documents])
  const [fault] = faults
  const problems = useProblems(context, documents)
  const [only] = documents
  const sendable = draft !== undefined && !deleted && current && !foreign && documents.length === 1 && faults.length === 0
  const type = (next: string): void => keepDraft(key, next === liveText && !foreign ? undefined : { base, text: next })
  const pieces = useMemo(
    () => (foreign ? mergeLines(lines(baseText), lines(text), lines(liveText)) : []),
    [foreign, baseText, text, liveText],
  )
  const review = (): void => {
    if (!only) return
    const action = replacement(only.value, baseText, resource, (after) => {
      keepDraft(key, undefined)
      if (after) go({ tab: 'edit' }, { replace: true })
    })
    const { name, namespace = '' } = object.metadata
    act(action, { context, resource, objects: [{ key: rowKey(object), name, namespace }] })
  }
  return (
    <div className="panel-fill">
      <div className="log-bar">
        <span className={draft ? 'edit-state' : 'edit-state dim'} role="status">
          {draft ? t('edit.unsent') : t('edit.nothingTyped')}
        </span>
        <span className="bar-space" />
        {draft && !deleted && (
          <button type="button" className="icon-button" onClick={() => keepDraft(key, undefined)}>
            {t('edit.discard')}
          </button>
        )}
        <button type="button" className="icon-button" onClick={() => go({ tab: 'yaml' })}>
          {t('common.close')}
        </button>
        <button type="button" className="icon-button action" disabled={!sendable} onClick={review}>
          {t('edit.review')}
        </button>
      </div>
      {deleted && draft && <DeletedNotice draft={key} text={text} />}
      {foreign && !deleted && (
        <MergeNotice
          pieces={pieces}
          object={object}
          before={baseText}
          after={liveText}
          onMerge={(merged) => keepDraft(key, { base: object, text: merged })}
        />
      )}
      {fault && current && (
        <p className="notice tone-bad" role="status">
          {t('edit.fault', { line: lines(text.slice(0, fault.from)).length, message: fault.message })}
        </p>
      )}
      {documents.length > 1 && <p className="notice tone-warn">{t('edit.oneDocument')}</p>}
      <CodeEditor
        text={text}
        label={t('edit.label', { kind: resource.kind, name: object.metadata.name })}
        context={context}
        faults={faults}
        problems={problems}
        onChange={type}
        onCursor={setOffset}
      />
      <OwnerLine object={object} document={only} offset={offset} />
    </div>
  )
}

export const lines = (text: string): string[] => text.split('\n')

/** The documents of a text, read when the typing rests; `current` says that they are those of this very text. */
export function useReading(text: string): { documents: YamlDocument[]; current: boolean } {
  const [read, setRead] = useState(() => ({ text, documents: readDocuments(text) }))
  useEffect(() => {
    const timer = setTimeout(
      () => setRead((before) => (before.text === text ? before : { text, documents: readDocuments(text) })),
      restMs(text),
    )
    return () => clearTimeout(timer)
  }, [text])
  return { documents: read.documents, current: read.text === text }
}

/** The browser asks before it forgets what is nowhere else. */
function useGuard(on: boolean): void {
  useEffect(() => {
    if (!on) return undefined
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [on])
}

/** The object becomes what was typed, if it is still what it was typed for. */
function replacement(typed: unknown, baseText: string, resource: Resource, done: (after: KubeObject | undefined) => void): Action {
  const action: ChangeAction<undefined> = {
    id: 'replace',
    icon: 'edit',
    offered: () => true,
    bulk: false,
    needs: [{ verb: 'update' }],
    draft: true,
    plan(object, _, { path }) {
      if (editableText(object, resource) !== baseText) return { skip: 'changed' }
      return {
        change: { method: 'PUT', path, body: whole(typed, object, resource) },
        undo(before, after) {
          const { managedFields: _managed, ...metadata } = before.metadata
          return { method: 'PUT', path, body: { ...before, metadata: { ...metadata, resourceVersion: after?.metadata.resourceVersion } } }
        },
      }
    },
    done([row]) {
      if (row?.state === 'done') done(row.after)
    },
  }
  return action as Action
}
