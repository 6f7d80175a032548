import { useTranslation } from 'react-i18next'
import type { FormProps } from '../../tools/actions/action.ts'

/** A size as the API writes it: `10Gi`. */
export function SizeForm({ value, onChange }: FormProps<string>) {
  const { t } = useTranslation()
  return (
    <div className="form-line">
      <label htmlFor="claim-size">{t('actions.expand.size')}</label>
      <input
        id="claim-size"
        className="text-input mono"
        value={value}
        placeholder="10Gi"
        data-autofocus
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}
