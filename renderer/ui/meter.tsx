import './meter.css'

/** A share of a whole, as a bar with its figures. */
export function Meter({ label, value, max, text }: { label: string; value: number; max: number; text: string }) {
  const share = max > 0 ? value / max : 0
  const tone = share > 1 ? 'bad' : share > 0.9 ? 'warn' : 'ok'
  return (
    <span
      className="meter"
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={text}
      title={`${label} ${text}`}
    >
      <span className="meter-label">{label}</span>
      <span className="meter-track">
        <span className={`meter-fill fill-${tone}`} style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
      <span className="meter-text">{text}</span>
    </span>
  )
}
