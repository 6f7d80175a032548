import './meter.css'

/** A share of a whole, as a bar with its figures; without a value (not known, which `text` says) nothing is drawn and no meter claimed. */
export function Meter({ label, value, max, text }: { label: string; value: number | undefined; max: number | undefined; text: string }) {
  const share = value === undefined || max === undefined || max <= 0 ? undefined : value / max
  const tone = share === undefined ? 'muted' : share > 1 ? 'bad' : share > 0.9 ? 'warn' : 'ok'
  const measured =
    share === undefined
      ? {}
      : {
          role: 'meter',
          'aria-label': label,
          'aria-valuenow': Math.round(share * 100),
          'aria-valuemin': 0,
          'aria-valuemax': 100,
          'aria-valuetext': text,
        }
  return (
    <span className="meter" {...measured} title={`${label} ${text}`}>
      <span className="meter-label">{label}</span>
      <span className="meter-text">{text}</span>
      <span className={share === undefined ? 'meter-track unknown' : 'meter-track'}>
        {share !== undefined && <span className={`meter-fill fill-${tone}`} style={{ width: `${Math.min(100, share * 100)}%` }} />}
      </span>
    </span>
  )
}
