import { Menu } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../ui/icon.tsx'

export interface ChoiceProps<V extends string> {
  label: string
  value: V
  choices: readonly (readonly [value: V, text: string])[]
  onChange(value: V): void
}

/** One of several, as a part of a menu: its name, then what there is to choose. */
export function Choice<V extends string>({ label, value, choices, onChange }: ChoiceProps<V>) {
  return (
    <>
      <Menu.Divider />
      <Menu.Label>{label}</Menu.Label>
      <Menu.RadioGroup value={value} onChange={(next) => onChange(next as V)} aria-label={label}>
        {choices.map(([each, text]) => (
          <Menu.RadioItem key={each} value={each}>
            {text}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  )
}

/** What narrows a log and is chosen in its menu, where one sees that it does; a click lets it go. */
export function Chip({ text, onDrop }: { text: string; onDrop(): void }) {
  const { t } = useTranslation()
  const label = t('logs.drop', { what: text })
  return (
    <button type="button" className="log-chip" aria-label={label} title={label} onClick={onDrop}>
      <span className="ellipsis">{text}</span>
      <Icon name="close" size={10} />
    </button>
  )
}
