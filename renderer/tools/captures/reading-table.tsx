import { useDeferredValue, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { signed } from '../../kube/signed.ts'
import { PlainText } from '../../ui/plain-text.tsx'
import { SortHead } from '../../ui/sort-head.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import { filterPattern } from '../logs/log-filter.ts'
import './captures.css'
import { type Change, compareReadings, type Reading } from './compare.ts'
import { SearchField } from '../../ui/search-field.tsx'

/** More than anybody reads; the count tells the rest, and the filter finds it. */
const mostRows = 500
/** What one looks for stays when one compares. */
export interface Search {
  text: string
  onText(text: string): void
}

const states = ['added', 'gone', 'changed'] as const

/** What changed from one reading to a later one, field by field or series by series. */
export function ChangeTable({
  before,
  after,
  times,
  growing,
  seconds,
  search,
}: {
  before: Reading
  after: Reading
  /** What the two are called. */
  times: readonly [before: string, after: string]
  /** Fields that only grow: their rate is told too. */
  growing?: ReadonlySet<string>
  /** Between the two. */
  seconds: number
  search: Search
}) {
  const { t } = useTranslation()
  const [off, setOff] = useState<ReadonlySet<Change['state']>>(new Set())
  const [bySize, setBySize] = useState(false)
  const { changes, same } = useMemo(() => compareReadings(before, after), [before, after])
  const found = useFound(changes, search.text)
  const size = ({ delta = 0 }: Change): number => Math.abs(delta)
  const rows = found.filter(({ state }) => !off.has(state))
  if (bySize) rows.sort((a, b) => size(b) - size(a))
  const rate = ({ key, delta }: Change): string | undefined =>
    delta !== undefined && seconds > 0 && growing?.has(key)
      ? t('captures.rate', { rate: signed(Number((delta / seconds).toPrecision(3))) })
      : undefined
  return (
    <div className="readings">
      <div className="log-bar">
        <FieldFilter {...search} />
        {states.map((state) => (
          <Toggle
            key={state}
            label={t(`captures.count.${state}`, { count: changes.filter((change) => change.state === state).length })}
            on={!off.has(state)}
            onChange={(on) => setOff(new Set(states.filter((other) => (other === state ? !on : off.has(other)))))}
          />
        ))}
        <span className="counts">{t('captures.same', { count: same })}</span>
      </div>
      {changes.length === 0 ? (
        <p className="empty">{t('captures.noChange')}</p>
      ) : (
        <table className="grid-table">
          <caption className="sr-only">{t('captures.changes')}</caption>
          <thead>
            <tr>
              <SortHead label={t('captures.field')} direction={bySize ? undefined : 'ascending'} onSort={() => setBySize(false)} />
              <th scope="col">{t('captures.state')}</th>
              <th scope="col" className="num">
                {t('captures.before', { time: times[0] })}
              </th>
              <th scope="col" className="num">
                {t('captures.after', { time: times[1] })}
              </th>
              <SortHead
                className="num"
                label={t('captures.change')}
                direction={bySize ? 'descending' : undefined}
                onSort={() => setBySize(true)}
              />
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, mostRows).map((change) => (
              <tr key={change.key} className={`change-${change.state}`}>
                <td className="mono">
                  <PlainText text={change.key} />
                </td>
                <td className="change-word">{t(`captures.states.${change.state}`)}</td>
                <td className="num mono">
                  <PlainText text={change.before ?? ''} />
                </td>
                <td className="num mono">
                  <PlainText text={change.after ?? ''} />
                </td>
                <td className="num">
                  {change.delta === undefined ? '' : signed(change.delta)} <span className="dim">{rate(change)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > mostRows && <p className="more dim">{t('common.more', { count: rows.length - mostRows })}</p>}
    </div>
  )
}

/** One reading, series by series. */
export function ReadingTable({ reading, search }: { reading: Reading; search: Search }) {
  const { t } = useTranslation()
  const rows = useMemo(() => [...reading].map(([key, value]) => ({ key, value })), [reading])
  const found = useFound(rows, search.text)
  return (
    <div className="readings">
      <div className="log-bar">
        <FieldFilter {...search} />
        <span className="counts">{t('captures.series', { count: found.length })}</span>
      </div>
      <table className="grid-table">
        <thead>
          <tr>
            <th scope="col">{t('captures.field')}</th>
            <th scope="col" className="num">
              {t('captures.value')}
            </th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, mostRows).map(({ key, value }) => (
            <tr key={key}>
              <td className="mono">
                <PlainText text={key} />
              </td>
              <td className="num mono">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length > mostRows && <p className="more dim">{t('common.more', { count: found.length - mostRows })}</p>}
    </div>
  )
}

/** Rows whose names have the text; typing does not wait for a hundred thousand of them. */
function useFound<T extends { key: string }>(rows: readonly T[], text: string): T[] {
  const wanted = useDeferredValue(text)
  return useMemo(() => {
    const { pattern } = filterPattern(wanted)
    return rows.filter(({ key }) => !pattern || pattern.test(key))
  }, [rows, wanted])
}

function FieldFilter({ text, onText }: Search) {
  const { t } = useTranslation()
  return <SearchField label={t('captures.filter')} text={text} onText={onText} />
}
