import { Button, Menu, Modal } from '@mantine/core'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isUnanswered } from '../../kube/api-error.ts'
import { firstNamespace } from '../../kube/scope.ts'
import { OnContext } from '../actions/on-context.tsx'
import { Icon } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import '../actions/change-dialog.css'
import '../delete/delete-dialog.css'
import { CodeEditor } from '../yaml/code-editor.tsx'
import './apply-dialog.css'
import { useProblems } from '../schema/schemas.ts'
import { keepTheirs } from './conflicts.ts'
import { isSendable } from './engine.ts'
import { ApplyLine } from './apply-line.tsx'
import { keptText, keepText } from './kept-text.ts'
import { asList } from './manifest.ts'
import { templates } from './templates.ts'
import { useApply } from './use-apply.ts'

/** Objects as text: written, pasted, from files or a template; each tried on the server; applied in their order under our own name. */
export function ApplyDialog({ initial, onClose }: { initial: string | undefined; onClose(): void }) {
  const { t } = useTranslation()
  const place = usePlace()
  const [text, setText] = useState(() => initial ?? keptText())
  const namespace = firstNamespace(place.namespace) || 'default'
  const title = t('apply.title')
  const { rows, phase, current, read, forced, force, run, undo, write, again, undoing } = useApply(place.context, namespace, text, title)
  const type = (next: string): void => {
    // Beside what was left here before: that is not forgotten for a template.
    if (initial === undefined) keepText(next)
    setText(next)
    if (phase === 'finished') write()
  }
  const add = (more: string): void => type(joined(text, more))
  const faults = useMemo(() => read.documents.flatMap((document) => document.faults), [read.documents])
  const problems = useProblems(place.context, read)
  const ready = rows.filter(isSendable).length
  const held = rows.filter(({ state }) => ['faulty', 'incomplete', 'unknownKind', 'conflict', 'refused', 'checking'].includes(state)).length
  const done = rows.filter(({ state }) => state === 'done').length
  const unanswered = rows.filter(({ state, error }) => state === 'failed' && isUnanswered(error)).length
  const failed = rows.filter(({ state }) => state === 'failed').length - unanswered
  const close = (): void => {
    if (initial !== undefined && text !== initial && phase !== 'finished') keepText(joined(keptText(), text))
    onClose()
  }
  return (
    <Modal
      opened
      onClose={close}
      size="min(1240px, 96vw)"
      title={title}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      classNames={{ body: 'apply-body', content: 'apply-content' }}
      yOffset="3vh"
    >
      <p className="delete-where">
        <OnContext context={place.context} /> · {t('apply.namespace')} <strong>{namespace}</strong>
      </p>
      <div className="apply-panes">
        <div className="apply-text">
          <Sources onText={add} />
          <CodeEditor text={text} label={t('apply.label')} context={place.context} faults={faults} problems={problems} onChange={type} />
        </div>
        <ul className="delete-list apply-rows" aria-label={t('actions.objects')} tabIndex={0}>
          {rows.length === 0 && <li className="dim">{t('apply.empty')}</li>}
          {rows.map((row, index) => (
            <ApplyLine
              key={index}
              row={row}
              open={rows.length === 1}
              forced={row.change !== undefined && forced.has(row.change.path)}
              onForce={(on) => row.change && force(row.change.path, on)}
              onList={() => {
                const next = row.manifest && asList(text, row.manifest)
                if (next !== undefined) type(next)
              }}
              onTheirs={(field) => {
                const next = row.manifest && keepTheirs(text, row.manifest, field, row.before)
                if (next !== undefined) type(next)
              }}
            />
          ))}
        </ul>
      </div>
      <div className="delete-actions">
        <p className="apply-sum" role="status">
          {phase === 'finished'
            ? failed > 0
              ? t('actions.sumFailed', { done, count: failed })
              : t('actions.sum', { count: done })
            : undoing
              ? t('apply.undoing')
              : ''}
          {phase === 'finished' && unanswered > 0 && ` ${t('common.unansweredSum', { count: unanswered })}`}
        </p>
        {phase !== 'running' && rows.some(({ state }) => state === 'refused' || state === 'failed') && (
          <Button variant="default" onClick={again}>
            {t('actions.again')}
          </Button>
        )}
        {phase === 'finished' && !undoing && done > 0 && (
          <Button variant="default" onClick={undo}>
            {t('actions.takeBack.name')}
          </Button>
        )}
        <Button variant="default" onClick={close}>
          {t('common.close')}
        </Button>
        {phase !== 'finished' && (
          <Button
            {...(undoing ? { color: 'red.9' } : {})}
            disabled={ready === 0 || held > 0 || !current}
            loading={phase === 'running'}
            onClick={() => void run()}
          >
            {t('actions.applyTo', { count: ready })}
          </Button>
        )}
      </div>
    </Modal>
  )
}

/** A text behind what is there already, as a document of its own. */
const joined = (text: string, more: string): string =>
  text.trim() === '' ? more : `${text.replace(/\n*$/, '\n')}${/^---/.test(more) ? '' : '---\n'}${more}`

/** More than a server takes in one request: a file of this size is no manifest. */
const largest = 3_000_000

function Sources({ onText }: { onText(text: string): void }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  const [refused, setRefused] = useState('')
  const read = async (files: FileList | null): Promise<void> => {
    const chosen = [...(files ?? [])]
    const large = chosen.find((file) => file.size > largest)
    setRefused(large ? t('apply.tooLarge', { name: large.name }) : '')
    const texts = await Promise.all(chosen.filter((file) => file.size <= largest).map((file) => file.text()))
    if (texts.length > 0) onText(texts.map((text) => text.replace(/\n*$/, '\n')).join('---\n'))
  }
  const paste = (): void =>
    void navigator.clipboard.readText().then(
      (text) => {
        setRefused('')
        if (text.trim() !== '') onText(text)
      },
      () => setRefused(t('apply.noClipboard')),
    )
  return (
    <div className="log-bar">
      <Menu position="bottom-start">
        <Menu.Target>
          <button type="button" className="icon-button">
            <Icon name="plus" size={14} />
            {t('apply.template')}
          </button>
        </Menu.Target>
        <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
          {Object.entries(templates).map(([kind, text]) => (
            <Menu.Item key={kind} onClick={() => onText(text)}>
              {kind}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <button type="button" className="icon-button" onClick={() => input.current?.click()}>
        {t('apply.file')}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept=".yaml,.yml,.json"
        aria-label={t('apply.file')}
        onChange={(event) => {
          void read(event.target.files)
          event.target.value = ''
        }}
      />
      <button type="button" className="icon-button" onClick={paste}>
        {t('apply.clipboard')}
      </button>
      {refused && (
        <span className="tone-warn" role="alert">
          {refused}
        </span>
      )}
    </div>
  )
}
