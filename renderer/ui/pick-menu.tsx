import { Combobox, useCombobox } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Tone } from '../kube/types.ts'
import { Icon, ToneMark } from './icon.tsx'
import './pick-menu.css'

export interface PickItem {
  value: string
  label: string
  note?: string
  tone?: Tone
}

/**
 * A button that opens a searchable list to pick one from. `typed` makes an entry of what was typed when no entry is called so: `first` or
 * `last` among those found. `footer` stands below the list.
 */
export function PickMenu({
  label,
  value,
  text,
  items,
  tone,
  typed,
  footer,
  onPick,
}: {
  label: string
  value: string
  text: string
  items: PickItem[]
  tone?: Tone
  typed?: { place: 'first' | 'last'; item(text: string): PickItem | undefined }
  footer?: ReactNode
  onPick(value: string): void
}) {
  const { t } = useTranslation()
  const [search, setSearch] = useState('')
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption()
      combobox.focusTarget()
      setSearch('')
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  })
  const wanted = search.trim().toLowerCase()
  const matching = items.filter((item) => `${item.label} ${item.note ?? ''}`.toLowerCase().includes(wanted)).slice(0, 200)
  const own = wanted === '' || items.some((item) => item.value === search.trim()) ? undefined : typed?.item(search.trim())
  const found = own === undefined ? matching : typed?.place === 'first' ? [own, ...matching] : [...matching, own]
  // After the options of this search are there: Enter takes the first of them.
  const { selectFirstOption, resetSelectedOption } = combobox
  useEffect(() => {
    if (search === '') resetSelectedOption()
    else selectFirstOption()
  }, [search, selectFirstOption, resetSelectedOption])
  return (
    <Combobox
      store={combobox}
      position="bottom-start"
      withinPortal={false}
      width={320}
      transitionProps={{ duration: 0 }}
      onOptionSubmit={(picked) => {
        onPick(picked)
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target targetType="button" withAriaAttributes={false}>
        <button
          type="button"
          className="pick"
          onClick={() => combobox.toggleDropdown()}
          aria-label={`${label}: ${text}`}
          aria-haspopup="listbox"
          aria-expanded={combobox.dropdownOpened}
          title={label}
        >
          {tone && <ToneMark tone={tone} />}
          <span className="ellipsis">{text}</span>
          <Icon name="down" size={12} />
        </button>
      </Combobox.Target>
      <Combobox.Dropdown className="mantine-Menu-dropdown">
        <Combobox.Search
          value={search}
          size="xs"
          placeholder={label}
          aria-label={label}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Combobox.Options mah={360} style={{ overflowY: 'auto' }} aria-label={label}>
          {found.map((item) => (
            <Combobox.Option
              key={item.value}
              value={item.value}
              className="pick-option"
              active={item.value === value}
              aria-selected={item.value === value}
            >
              <span className="pick-label">
                {item.tone && <ToneMark tone={item.tone} />}
                <span className="ellipsis" title={item.label}>
                  {item.label}
                </span>
              </span>
              {item.note && <span className="dim ellipsis">{item.note}</span>}
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>{t('common.nothing')}</Combobox.Empty>}
        </Combobox.Options>
        {footer}
      </Combobox.Dropdown>
    </Combobox>
  )
}
