import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { SortHead } from '../../ui/sort-head.tsx'
import { filterPattern } from '../logs/log-filter.ts'
import { formatValue } from './flame.ts'
import { FlameGraph, percent } from './flame-graph.tsx'
import type { Profile } from './pprof.ts'
import { ProfileChoice, usualType } from './profile-choice.tsx'
import { diffFlame, diffTable, type FunctionChange, scaled, scaleOf } from './profile-diff.ts'
import '../captures/captures.css'
import './profile.css'

const mostRows = 200
type Of = 'self' | 'total'

/** Two profiles that count the same: one flame graph of both, coloured by what has changed, and the difference of each function. */
export function ProfileDiffView({ before: taken, after }: { before: Profile; after: Profile }) {
  const { t } = useTranslation()
  const [type, setType] = useState(() => usualType(after))
  const [text, setText] = useState('')
  const [by, setBy] = useState<Of>('self')
  const search = useMemo(() => filterPattern(text).pattern, [text])
  const scale = scaleOf(taken, after)
  const before = useMemo(() => scaled(taken, scale), [taken, scale])
  const root = useMemo(() => diffFlame(before, after, type), [before, after, type])
  const changes = useMemo(() => diffTable(before, after, type), [before, after, type])
  const unit = after.sampleTypes[type]?.unit ?? ''
  const was = root.before?.total ?? 0
  const is = root.total - was
  const rows = changes
    .filter(({ name, state }) => state !== 'same' && (!search || search.test(name)))
    .sort((a, b) => Math.abs(b.delta[by]) - Math.abs(a.delta[by]) || Math.abs(b.delta.total) - Math.abs(a.delta.total))
  const counted = (state: FunctionChange['state']): number => changes.filter((change) => change.state === state).length
  return (
    <div className="profile">
      <div className="log-bar">
        <ProfileChoice profile={after} type={type} onType={setType} text={text} onText={setText} />
        <span className="counts">
          {formatValue(was, unit)} → {formatValue(is, unit)} · {change(is - was, unit)}
        </span>
        <span className="counts">
          {(['added', 'gone', 'changed'] as const).map((state) => t(`captures.count.${state}`, { count: counted(state) })).join(' · ')}
        </span>
      </div>
      {scale !== 1 && (
        <div className="notice" role="note">
          {t('profile.scaled', { before: figure(taken.durationNanos / 1e9, 1), after: figure(after.durationNanos / 1e9, 1) })}
        </div>
      )}
      {root.total === 0 ? (
        <p className="empty">{t('profile.noSamples')}</p>
      ) : (
        <>
          <p className="profile-legend dim">
            <span className="swatch grown" /> {t('profile.grown')} <span className="swatch shrunk" /> {t('profile.shrunk')} ·{' '}
            {t('profile.widths')}
          </p>
          <FlameGraph
            root={root}
            search={search}
            describe={({ total, before: part }) => {
              const then = part?.total ?? 0
              return `${formatValue(then, unit)} → ${formatValue(total - then, unit)} · ${change(total - 2 * then, unit)}`
            }}
          />
          {rows.length === 0 && <p className="empty">{t('captures.noChange')}</p>}
          <table className="grid-table profile-top profile-changes">
            <caption className="sr-only">{t('captures.changes')}</caption>
            <thead>
              <tr>
                {(['self', 'total'] as const).map((of) => (
                  <SortHead
                    key={of}
                    className="num"
                    label={t(`profile.${of}Change`)}
                    direction={by === of ? 'descending' : undefined}
                    onSort={() => setBy(of)}
                  />
                ))}
                <th scope="col">{t('profile.function')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, mostRows).map((row) => (
                <tr key={row.name} className={`change-${row.state}`}>
                  {(['self', 'total'] as const).map((of) => (
                    <td key={of} className="num">
                      {change(row.delta[of], unit)} <span className="dim">{percent(Math.abs(row.delta[of]), was)}</span>
                    </td>
                  ))}
                  <td title={row.file}>
                    <div className="mono">{row.name}</div>
                    <div className="dim">
                      <span className="change-word">{t(`captures.states.${row.state}`)}</span> {t(`profile.${by}`)}{' '}
                      {formatValue(row.before[by], unit)} → {formatValue(row.after[by], unit)}
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length > mostRows && <p className="profile-hint dim">{t('common.more', { count: rows.length - mostRows })}</p>}
        </>
      )}
    </div>
  )
}

/** A difference in a profile's unit, with its sign. */
const change = (delta: number, unit: string): string =>
  delta === 0 ? formatValue(0, unit) : `${delta > 0 ? '+' : '−'}${formatValue(Math.abs(delta), unit)}`
