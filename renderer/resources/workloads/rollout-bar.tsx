import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import type { Rollout } from './rollout.ts'
import './rollout-bar.css'

/** Pods by how far they are, in one bar, with the figures that it is made of. */
export function RolloutBar({ rollout: { figures, segments, total } }: { rollout: Rollout }) {
  const { t } = useTranslation()
  return (
    <div className="rollout">
      <div className="rollout-track" aria-hidden="true">
        {segments.map(({ tone, count }) => (
          <span key={tone} className={`rollout-part part-${tone}`} style={{ flexGrow: count / total }} />
        ))}
      </div>
      <dl className="rollout-figures">
        {figures.map(({ word, count }) => (
          <div key={word}>
            <dt>{t(`rollout.${word}`)}</dt>
            <dd>{figure(count)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
