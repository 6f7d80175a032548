import { useCallback, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Resource, resourceKey } from '../../kube/resource.ts'
import { rowKey } from '../../kube/store.ts'
import { isRecord, type KubeObject } from '../../kube/types.ts'
import { useGo } from '../../ui/place.ts'
import { useAct } from '../actions/act-context.ts'
import { useProblems } from '../schema/schemas.ts'
import type { Action, ChangeAction } from '../actions/action.ts'
import { CodeEditor } from './code-editor.tsx'
import { DeletedNotice } from './deleted-notice.tsx'
import { draftKey, keepDraft, storeDraft, useDraft } from './drafts.ts'
import './edit-view.css'
import { editable, saysTheSame, whole } from './editable.ts'
import { MergeNotice } from './merge-notice.tsx'
import { OwnerLine } from './owner-line.tsx'
import { lines, useMerge, useReading, useYamlText } from './use-yaml.ts'

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
  const shape = useCallback((shown: KubeObject) => editable(shown, resource), [resource])
  // Of a large object the newest version that is written; undefined before the first.
  const live = useYamlText(object, shape)
  const liveText = live?.text
  const base = draft?.base ?? live?.object
  const written = useYamlText(base === live?.object ? undefined : base, shape)
  const baseText = base === live?.object ? liveText : written?.object === base ? written?.text : undefined
  const known = liveText !== undefined && baseText !== undefined
  const text = draft?.text ?? liveText
  const [offset, setOffset] = useState(0)
  const read = useReading(text)
  const { documents, current } = read
  const foreign = draft !== undefined && known && baseText !== liveText
  // A new version that says the same is what is edited now: a status that moves on disturbs nobody.
  useEffect(() => {
    if (draft && live && known && !foreign && draft.base !== live.object) keepDraft(key, { base: live.object, text: draft.text })
  }, [draft, known, foreign, live, key])
  // It has become what was typed, by another way.
  useEffect(() => {
    if (foreign && draft?.text === liveText) keepDraft(key, undefined)
  }, [foreign, draft, liveText, key])
  useGuard(key, draft !== undefined)
  const faults = useMemo(() => documents.flatMap((document) => document.faults), [documents])
  const [fault] = faults
  const problems = useProblems(context, read)
  const [only] = documents
  const sendable =
    draft !== undefined &&
    !deleted &&
    current &&
    known &&
    live?.object === object &&
    !foreign &&
    documents.length === 1 &&
    faults.length === 0
  const type = (next: string): void => {
    if (base) keepDraft(key, next === liveText && !foreign ? undefined : { base, text: next })
  }
  const pieces = useMerge(foreign ? { base: baseText, mine: draft.text, theirs: liveText } : undefined)
  const review = (): void => {
    if (!only || base === undefined) return
    const action = replacement(only.value, base, resource, (after) => {
      keepDraft(key, undefined)
      if (after) go({ tab: 'edit' }, { replace: true })
    })
    const { name, namespace = '' } = object.metadata
    act(action, { context, resource, objects: [{ key: rowKey(object), name, namespace }] })
  }
  if (text === undefined) return <p className="empty">{t('common.loading')}</p>
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
      {foreign && !deleted && live && (
        <MergeNotice
          pieces={pieces}
          object={live.object}
          before={baseText}
          after={liveText}
          onMerge={(merged) => keepDraft(key, { base: live.object, text: merged })}
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
      <OwnerLine object={object} read={read} offset={offset} />
    </div>
  )
}

/** The browser asks before it forgets what is nowhere else. */
function useGuard(key: string, on: boolean): void {
  useEffect(() => {
    if (!on) return undefined
    const ask = (event: BeforeUnloadEvent): void => {
      if (!storeDraft(key)) event.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [key, on])
}

/** The object becomes what was typed, if it is still what it was typed for. */
function replacement(typed: unknown, base: KubeObject, resource: Resource, done: (after: KubeObject | undefined) => void): Action {
  // Sent before, when no answer came.
  const isTyped = (object: KubeObject): boolean =>
    isRecord(typed) && isRecord(typed.metadata) && saysTheSame(object, typed as unknown as KubeObject, resource)
  const action: ChangeAction<undefined> = {
    id: 'replace',
    icon: 'edit',
    offered: () => true,
    bulk: false,
    needs: [{ verb: 'update' }],
    draft: true,
    plan(object, _, { path }) {
      if (isTyped(object)) return { skip: 'already' }
      if (!saysTheSame(object, base, resource)) return { skip: 'changed' }
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
