import { useTranslation } from 'react-i18next'
import type { FormProps } from '../../tools/actions/action.ts'

/** The name of what will be made. */
export function NameForm({ value, onChange }: FormProps<string>) {
  const { t } = useTranslation()
  return (
    <div className="form-line">
      <label htmlFor="new-name">{t('columns.name')}</label>
      <input
        id="new-name"
        className="text-input mono"
        value={value}
        data-autofocus
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}
