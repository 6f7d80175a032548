import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { filterPattern } from '../logs/log-filter.ts'
import { buildFlame, formatValue, topTable } from './flame.ts'
import { FlameGraph, percent } from './flame-graph.tsx'
import type { Profile } from './pprof.ts'
import './profile.css'

const mostRows = 200

/** A profile as a flame graph and as a table, with one search for both. */
export function ProfileView({ profile }: { profile: Profile }) {
  const { t } = useTranslation()
  const last = profile.sampleTypes.length - 1
  const [type, setType] = useState(() => {
    const wanted = profile.sampleTypes.findIndex((s) => s.type === 'inuse_space' || s.type === 'space')
    return wanted >= 0 ? wanted : last
  })
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
        <select className="select" aria-label={t('profile.type')} value={type} onChange={(event) => setType(Number(event.target.value))}>
          {profile.sampleTypes.map((s, index) => (
            <option key={s.type} value={index}>
              {`${s.type} (${s.unit})`}
            </option>
          ))}
        </select>
        <input
          className="text-input"
          type="text"
          value={text}
          spellCheck={false}
          placeholder={t('profile.search')}
          aria-label={t('profile.search')}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="counts">
          {formatValue(root.total, unit)} · {t('profile.samples', { count: profile.samples.length })}
        </span>
      </div>
      {root.total === 0 ? (
        <p className="empty">{t('profile.noSamples')}</p>
      ) : (
        <>
          <FlameGraph root={root} unit={unit} search={search} />
          <table className="grid-table profile-top">
            <caption className="sr-only">{t('profile.top')}</caption>
            <thead>
              <tr>
                <SortHead label={t('profile.self')} on={!byTotal} onSort={() => setByTotal(false)} />
                <SortHead label={t('profile.total')} on={byTotal} onSort={() => setByTotal(true)} />
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

function SortHead({ label, on, onSort }: { label: string; on: boolean; onSort(): void }) {
  return (
    <th scope="col" className="num" aria-sort={on ? 'descending' : 'none'}>
      <button type="button" className="link-button" onClick={onSort}>
        {label}
      </button>
    </th>
  )
}
