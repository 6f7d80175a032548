/** A text that what is shown is searched or narrowed by. */
export function SearchField({
  label,
  text,
  isFaulty,
  onText,
}: {
  label: string
  text: string
  /** Whether it is no pattern. Absent where any text is right. */
  isFaulty?: boolean
  onText(text: string): void
}) {
  return (
    <input
      className="text-input"
      type="text"
      value={text}
      spellCheck={false}
      placeholder={label}
      aria-label={label}
      aria-invalid={isFaulty}
      onChange={(event) => onText(event.target.value)}
    />
  )
}
