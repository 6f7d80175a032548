import { MiddleName } from './middle-name.tsx'
import { Popover } from '@mantine/core'
import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Tone } from '../kube/types.ts'
import { Icon, ToneMark } from './icon.tsx'
import { entryOfEnter, findItems, type PickItem, type TypedItem } from './pick-search.ts'
import './pick-menu.css'

interface PickMenuProps {
  label: string
  value: string
  text: string
  items: PickItem[]
  tone?: Tone
  typed?: TypedItem
  /** Several can be chosen: these are, and each has a box of its own. */
  several?: { chosen: readonly string[]; onToggle(value: string): void; may(value: string): boolean }
  /** Below the list. */
  footer?: ReactNode
  onPick(value: string): void
}

/** A button that opens a searchable list to pick one from. */
export function PickMenu({ tone, text, ...list }: PickMenuProps) {
  const [opened, setOpened] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    button.current?.focus()
    setOpened(false)
  }
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      onDismiss={() => setOpened(false)}
      position="bottom-start"
      withinPortal={false}
      withRoles={false}
      closeOnEscape={false}
      width={320}
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <button
          ref={button}
          type="button"
          className="pick"
          onClick={() => setOpened(!opened)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown' || opened) return
            event.preventDefault()
            setOpened(true)
          }}
          aria-label={`${list.label}: ${text}`}
          aria-haspopup="listbox"
          aria-expanded={opened}
          title={list.label}
        >
          {tone && <ToneMark tone={tone} />}
          <span className="ellipsis">
            <MiddleName text={text} />
          </span>
          <Icon name="down" size={12} />
        </button>
      </Popover.Target>
      <Popover.Dropdown className="pick-dropdown">
        <PickList {...list} onClose={close} />
      </Popover.Dropdown>
    </Popover>
  )
}

function PickList({
  label,
  value,
  items,
  typed,
  several,
  footer,
  onPick,
  onClose,
}: Omit<PickMenuProps, 'tone' | 'text'> & { onClose(): void }) {
  const { t } = useTranslation()
  const id = useId()
  const [search, setSearch] = useState<{ text: string; movedTo?: string }>({ text: '' })
  const found = findItems(items, search.text, typed)
  const at = entryOfEnter(found, search.text, search.movedTo)
  const input = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  // In the render that opens it, not in a task of its own: a key that is pressed right after the click belongs here.
  useLayoutEffect(() => input.current?.focus({ preventScroll: true }), [])
  const current = found[at]?.value
  useLayoutEffect(() => {
    if (current !== undefined) list.current?.querySelector('[data-current]')?.scrollIntoView({ block: 'nearest' })
  }, [current])
  const pick = (item: PickItem | undefined): void => {
    if (item === undefined) return
    onClose()
    onPick(item.value)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return
    // Of the field itself: what is in it counts, drawn or not yet.
    const text = event.currentTarget.value
    const now = findItems(items, text, typed)
    const from = entryOfEnter(now, text, text === search.text ? search.movedTo : undefined)
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      const next = now[from < 0 && step < 0 ? now.length - 1 : (from + step + now.length) % now.length]
      if (next !== undefined) setSearch({ text, movedTo: next.value })
    } else if (event.key === 'Enter' && event.shiftKey && several) {
      const item = now[from]
      if (item && several.may(item.value)) several.onToggle(item.value)
    } else if (event.key === 'Enter') pick(now[from])
    else if (event.key === 'Escape') onClose()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <>
      <input
        ref={input}
        className="pick-search"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={at < 0 ? undefined : `${id}-${at}`}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        value={search.text}
        onChange={(event) => setSearch({ text: event.currentTarget.value })}
        onKeyDown={onKeyDown}
      />
      <div
        ref={list}
        id={id}
        role="listbox"
        aria-label={label}
        aria-multiselectable={several !== undefined}
        className="pick-options"
        // The field keeps the keyboard.
        onMouseDown={(event) => event.preventDefault()}
      >
        {found.map((item, index) => (
          <div
            key={item.value}
            id={`${id}-${index}`}
            role="option"
            className="pick-option"
            aria-selected={several ? several.chosen.includes(item.value) : item.value === value}
            data-current={index === at || undefined}
            onClick={() => pick(item)}
          >
            <span className="pick-label">
              {several?.may(item.value) && (
                <span
                  className="pick-box"
                  data-on={several.chosen.includes(item.value) || undefined}
                  title={t('common.together')}
                  onClick={(event) => {
                    event.stopPropagation()
                    several.onToggle(item.value)
                  }}
                />
              )}
              {item.tone && <ToneMark tone={item.tone} />}
              <span className="ellipsis" aria-label={item.label}>
                <MiddleName text={item.label} />
              </span>
            </span>
            {item.note && <span className="dim ellipsis">{item.note}</span>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="pick-none dim">{t('common.nothing')}</p>}
      {several && <p className="pick-footer">{t('common.several')}</p>}
      {footer}
    </>
  )
}
