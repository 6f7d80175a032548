import { useTranslation } from 'react-i18next'
import type { FormProps } from '../../tools/actions/action.ts'
import { levels, modes, type PolicyWish } from './pod-security.ts'

/** A level and a version for each mode. */
export function SecurityForm({ value, onChange }: FormProps<PolicyWish>) {
  const { t } = useTranslation()
  return modes.map((mode, index) => (
    <div key={mode} className="form-line">
      <span className="mono pair-key">{mode}</span>
      <select
        className="select"
        aria-label={`${mode}: ${t('podSecurity.level')}`}
        data-autofocus={index === 0 || undefined}
        value={value[mode].level}
        onChange={(event) => onChange({ ...value, [mode]: { ...value[mode], level: event.target.value } })}
      >
        <option value="">{t('podSecurity.unset')}</option>
        {levels.map((level) => (
          <option key={level}>{level}</option>
        ))}
      </select>
      <input
        className="text-input mono"
        aria-label={`${mode}: ${t('columns.version')}`}
        placeholder="latest"
        disabled={value[mode].level === ''}
        value={value[mode].version}
        spellCheck={false}
        onChange={(event) => onChange({ ...value, [mode]: { ...value[mode], version: event.target.value } })}
      />
    </div>
  ))
}
