import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SortHead } from '../../ui/sort-head.tsx'
import { filterPattern } from '../logs/log-filter.ts'
import { buildFlame, formatValue, topTable } from './flame.ts'
import { FlameGraph, percent } from './flame-graph.tsx'
import type { Profile } from './pprof.ts'
import { ProfileChoice, usualType } from './profile-choice.tsx'
import './profile.css'

const mostRows = 200

/** A profile as a flame graph and as a table, with one search for both. */
export function ProfileView({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const [type, setType] = useState(() => usualType(profile))
  const [text, setText] = useState('')
  const [byTotal, setByTotal] = useState(false)
  const search = useMemo(() => filterPattern(text).pattern, [text])
  const root = useMemo(() => buildFlame(profile, type), [profile, type])
  const top = useMemo(() => topTable(profile, type), [profile, type])
  const unit = profile.sampleTypes[type]?.unit ?? ''
  const rows = top.filter((row) => !search || search.test(row.name)).sort((a, b) => (byTotal ? b.total - a.total : b.self - a.self))
  return (
    <div className="profile">
      <div className="log-bar">
        <ProfileChoice profile={profile} type={type} onType={setType} text={text} onText={setText} />
        <span className="counts">
          {formatValue(root.total, unit)} · {t('profile.samples', { count: profile.samples.length })}
        </span>
      </div>
      {root.total === 0 ? (
        <p className="empty">{t('profile.noSamples')}</p>
      ) : (
        <>
          <FlameGraph
            root={root}
            search={search}
            describe={({ total, self }) =>
              `${formatValue(total, unit)} · ${percent(total, root.total)} · ${t('profile.self')} ${formatValue(self, unit)}`
            }
          />
          <table className="grid-table profile-top">
            <caption className="sr-only">{t('profile.top')}</caption>
            <thead>
              <tr>
                <SortHead
                  className="num"
                  label={t('profile.self')}
                  direction={byTotal ? undefined : 'descending'}
                  onSort={() => setByTotal(false)}
                />
                <SortHead
                  className="num"
                  label={t('profile.total')}
                  direction={byTotal ? 'descending' : undefined}
                  onSort={() => setByTotal(true)}
                />
                <th scope="col">{t('profile.function')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, mostRows).map((row) => (
                <tr key={row.name}>
                  <td className="num">
                    {formatValue(row.self, unit)} <span className="dim">{percent(row.self, root.total)}</span>
                  </td>
                  <td className="num">
                    {formatValue(row.total, unit)} <span className="dim">{percent(row.total, root.total)}</span>
                  </td>
                  <td className="mono" title={row.file}>
                    {row.name}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </div>
  )
}
