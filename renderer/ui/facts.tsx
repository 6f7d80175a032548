import { Fragment } from 'react'
import { seenText } from './unseen.ts'
import './facts.css'

/** Names and values; rows without a value are left out. */
export function Facts({
  rows,
  label = (text) => text,
}: {
  rows: [label: string, value: React.ReactNode][]
  label?: (text: string) => React.ReactNode
}) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) =>
        value === undefined || value === null || value === '' || value === false ? null : (
          <div key={name}>
            <dt>{label(name)}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

/** A path breaks behind its slashes, and one of fields before its dots, before it breaks anywhere. */
export function Path({ text }: { text: string }) {
  return text.split(/(?<=[/])|(?<=\])(?=\.)/).map((part, index) => (
    <Fragment key={`${index} ${part}`}>
      {part}
      <wbr />
    </Fragment>
  ))
}

const longWord = 24

/** A word of the API that is too long for a column breaks before its capitals. */
export function CamelCase({ text }: { text: string }) {
  if (text.length <= longWord) return text
  return text.split(/(?<=[a-z0-9])(?=[A-Z])/).map((part, index) => (
    <Fragment key={`${index} ${part}`}>
      {part}
      <wbr />
    </Fragment>
  ))
}

export function Chips({ of }: { of: Record<string, string> | undefined }) {
  const entries = Object.entries(of ?? {})
  if (entries.length === 0) return null
  return (
    <span className="chips">
      {entries.map(([key, value]) => (
        <span key={key} className="chip">
          {seenText(value === '' ? key : `${key}=${value}`)}
        </span>
      ))}
    </span>
  )
}

export function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

export function Table({
  head,
  rows,
  numbers = [],
}: {
  head: string[]
  /** A note stands below the cells, over the whole width. */
  rows: { key: string; cells: React.ReactNode[]; note?: React.ReactNode }[]
  numbers?: number[]
}) {
  return (
    <table className="grid-table">
      <thead>
        <tr>
          {head.map((title, index) => (
            <th key={title} scope="col" className={numbers.includes(index) ? 'num' : undefined}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Fragment key={row.key}>
            <tr className={row.note ? 'noted' : undefined}>
              {row.cells.map((cell, index) => (
                <td key={head[index]} className={numbers.includes(index) ? 'num' : undefined}>
                  <Fragment>{cell}</Fragment>
                </td>
              ))}
            </tr>
            {row.note && (
              <tr className="note">
                <td colSpan={head.length}>{row.note}</td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}
