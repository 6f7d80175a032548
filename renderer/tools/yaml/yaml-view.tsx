import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { can, type Resource, resourceKey } from '../../kube/resource.ts'
import { isSecret, withoutValues } from '../../kube/secret-values.ts'
import type { KubeObject } from '../../kube/types.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { useGo } from '../../ui/place.ts'
import { save } from '../../ui/save.ts'
import { useStored } from '../../ui/storage.ts'
import { Toggle } from '../../ui/toggle.tsx'
import { withoutManagedFields } from './change.ts'
import { CodeEditor } from './code-editor.tsx'
import { draftKey, useDraft } from './drafts.ts'
import './edit-view.css'
import { OwnerLine } from './owner-line.tsx'
import { useReading, useYamlText } from './use-yaml.ts'

/** An object as read-only YAML, live, with who has set the field under the cursor. */
export function YamlView({ object: shown, resource, context }: { object: unknown; resource?: Resource; context?: string }) {
  // What is no object has no metadata either.
  const object = shown as KubeObject
  const { t } = useTranslation()
  const go = useGo()
  const [managed, setManaged] = useStored('yaml.managedFields', false)
  const [revealed, setRevealed] = useState(false)
  const [offset, setOffset] = useState(0)
  const hasManaged = Array.isArray(object.metadata?.managedFields)
  const secret = isSecret(object)
  const shape = useCallback(
    (whole: KubeObject) => {
      const readable = secret && !revealed ? withoutValues(whole) : whole
      return managed ? readable : withoutManagedFields(readable)
    },
    [managed, secret, revealed],
  )
  const text = useYamlText(object, shape)?.text
  const read = useReading(hasManaged ? text : undefined)
  const draft = useDraft(resource && context ? draftKey(context, resourceKey(resource), object.metadata) : '')
  return (
    <div className="panel-fill">
      <div className="log-bar">
        {secret && <Toggle label={t('secret.reveal')} on={revealed} onChange={setRevealed} />}
        {hasManaged && <Toggle label="managedFields" on={managed} onChange={setManaged} />}
        {draft && <span className="edit-state">{t('edit.unsent')}</span>}
        <span className="bar-space" />
        {resource && can(resource, 'update') && (
          <button type="button" className="icon-button" onClick={() => go({ tab: 'edit' })}>
            <Icon name="edit" size={14} />
            {t('actions.edit.name')}
          </button>
        )}
        <CopyButton text={text ?? ''} label={t('common.copy')} />
        {object.metadata?.name && text !== undefined && (
          <button
            type="button"
            className="icon-button"
            aria-label={t('yaml.save')}
            title={t('yaml.save')}
            onClick={() => void save(`${object.metadata.name}.yaml`, new Blob([text], { type: 'application/yaml' }))}
          >
            <Icon name="save" size={14} />
          </button>
        )}
      </div>
      {text === undefined ? (
        <p className="empty">{t('common.loading')}</p>
      ) : (
        <CodeEditor text={text} context={context} label={t('yaml.label')} onCursor={setOffset} />
      )}
      {hasManaged && <OwnerLine object={object} read={read} offset={offset} />}
    </div>
  )
}
