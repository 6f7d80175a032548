import { useId } from 'react'
import { ToneWord } from './icon.tsx'
import './text-field.css'

/** A text with its label, with what may be chosen for it, and with what is wrong with it. */
export function TextField({
  label,
  value,
  hint,
  fault,
  choices,
  wide,
  first,
  onChange,
}: {
  label: string
  value: string
  hint?: string
  fault?: string
  choices?: readonly string[]
  wide?: boolean
  /** Where a dialog begins. */
  first?: boolean
  onChange(value: string): void
}) {
  const id = useId()
  return (
    <label className={wide ? 'wide' : undefined}>
      {label}
      <input
        className="text-input"
        value={value}
        list={choices && `${id}-choices`}
        placeholder={hint}
        spellCheck={false}
        autoComplete="off"
        data-autofocus={first || undefined}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {fault !== undefined && (
        <span id={`${id}-fault`} className="field-fault">
          <ToneWord tone="bad">{fault}</ToneWord>
        </span>
      )}
      {choices && (
        <datalist id={`${id}-choices`}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </label>
  )
}
