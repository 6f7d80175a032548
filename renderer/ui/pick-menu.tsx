import { Combobox, useCombobox } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from './icon.tsx'
import './pick-menu.css'

export interface PickItem {
  value: string
  label: string
  note?: string
}

/** A button that opens a searchable list to pick one from. */
export function PickMenu({
  label,
  value,
  text,
  items,
  onPick,
}: {
  label: string
  value: string
  text: string
  items: PickItem[]
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
  const found = items.filter((item) => `${item.label} ${item.note ?? ''}`.toLowerCase().includes(wanted)).slice(0, 200)
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
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            combobox.selectFirstOption()
          }}
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
              <span>{item.label}</span>
              {item.note && <span className="dim ellipsis">{item.note}</span>}
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>{t('common.nothing')}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
