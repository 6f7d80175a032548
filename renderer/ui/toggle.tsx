/** A button that stays down. */
export function Toggle({ label, on, onChange }: { label: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <button type="button" className="icon-button" aria-pressed={on} onClick={() => onChange(!on)}>
      {label}
    </button>
  )
}
