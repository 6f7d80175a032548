import type { Tone } from '../../kube/types.ts'

export const phases: [phase: string, tone: Tone][] = [
  ['Running', 'ok'],
  ['Pending', 'busy'],
  ['Succeeded', 'muted'],
  ['Failed', 'bad'],
  ['Unknown', 'warn'],
  ['Terminating', 'busy'],
]

/** Shares of the phases; one that is there is seen, however few it has. */
export function PhaseBar({ phases: counts, total }: { phases: Record<string, number>; total: number }) {
  if (total === 0) return null
  return (
    <div className="phase-bar" role="presentation">
      {phases.map(([phase, tone]) => {
        const count = counts[phase] ?? 0
        return count > 0 ? <span key={phase} className={`fill-${tone}`} style={{ flexGrow: Math.max(count, total / 120) }} /> : null
      })}
    </div>
  )
}
