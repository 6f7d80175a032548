import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cssOf } from './ansi-colors.ts'
import type { LogBuffer, RunRule } from './log-buffer.ts'
import type { LogFilter } from './log-filter.ts'
import { localTime } from '../../ui/time.ts'
import { type LogForm, mostRead, mostShown, type ShownLine, shownLine, stampLength } from './log-line.ts'
import { pieces } from './pieces.ts'
import { cellsOf, WrapIndex } from './wrap-index.ts'

const rowHeight = 18
/** A source's name takes this many character cells, and a gap. */
const sourceCells = 24
const padding = 16
/** Browsers place nothing below some 33 million pixels: beyond this the scroll bar is scaled. */
const mostPixels = 15_000_000

interface LinesProps {
  buffer: LogBuffer
  filter: LogFilter
  /** Another one, and the lines are others. */
  filterKey: string
  pattern: RegExp | undefined
  wrap: boolean
  form: LogForm
  sources: readonly string[] | undefined
  ruleNames: readonly string[]
  /** The newest line stays in sight. */
  stick: boolean
  onStick(stick: boolean): void
  following: boolean
  saveWhole?(line: number): void
  version: string
}

/** The lines in sight, of up to a million. */
export function Lines({
  buffer,
  filter,
  filterKey,
  pattern,
  wrap,
  form,
  sources,
  ruleNames,
  stick,
  onStick,
  following,
  saveWhole,
  version,
}: LinesProps) {
  const { t } = useTranslation()
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 400, width: 800 })
  // Lines of which all that is read is shown, by their numbers.
  const [whole, setWhole] = useState<ReadonlySet<number>>(new Set())
  const ended = filter.active ? filter.matches.length : buffer.lines.length
  // Lines that have not ended are drawn behind the others: what is counted once is never of them.
  const open = filter.open
  const count = ended + open.length
  const numberAt = (at: number): number => open[at - ended] ?? (filter.active ? (filter.matches[at] ?? 0) : at + buffer.dropped)
  const rowsAt = (at: number, columns: number): number => {
    const line = numberAt(at)
    const raw = buffer.at(line)
    const beside = sources ? sourceCells : 0
    // Most lines are short, and a million of them are counted. Fields may take more room than the JSON they are from.
    const plain = form.fields ? raw.charCodeAt(form.stamped ? stampLength(raw) : 0) !== 0x7b : true
    if (plain && (raw.length - (form.time !== 'off' || !form.stamped ? 0 : stampLength(raw))) * 2 + beside <= columns) return 1
    const { at: moment, text, more } = shownLine(raw, form, whole.has(line))
    const cells = cellsOf(text) + beside + (moment ? moment.length + 1 : 0) + (more > 0 ? moreCells : 0)
    return Math.max(1, Math.ceil(cells / columns))
  }
  const scope = `${filterKey}|${form.time}|${form.fields}|${sources === undefined}|${filter.active ? '' : buffer.dropped}|${whole.size}`
  const { index, columns } = useWrapIndex(wrap, view.width, ended, rowsAt, scope)
  const openRows = open.map((_, at) => (index ? rowsAt(ended + at, columns) : 1))
  const rows = (index ? index.totalOf(ended) : ended) + openRows.reduce((sum, each) => sum + each, 0)
  const real = rows * rowHeight
  const scale = real > mostPixels ? (real - view.height) / (mostPixels - view.height) : 1
  const top = Math.min(Math.max(0, real - view.height), view.top * scale)
  const firstRow = Math.floor(top / rowHeight)
  const found = index ? index.find(firstRow) : { line: firstRow, first: firstRow }
  const start = index && found.line > ended ? { line: ended, first: index.totalOf(ended) } : found
  const shown: React.ReactNode[] = []
  for (let at = start.line, row = start.first; at < count && row * rowHeight < top + view.height + rowHeight; at++) {
    const line = numberAt(at)
    const rule = buffer.rules.get(line)
    const source = buffer.sourceOf(line) ?? 0
    shown.push(
      rule ? (
        <Rule key={line} rule={rule} name={ruleNames[rule.source] ?? ''} />
      ) : (
        <Line
          key={line}
          of={shownLine(buffer.at(line), form, whole.has(line))}
          pattern={pattern}
          hue={sources && source}
          name={sources?.[source] ?? ''}
          bytes={buffer.cutOf(line)}
          onMore={whole.has(line) ? undefined : () => setWhole(new Set([...whole, line]))}
          onSave={saveWhole && (() => saveWhole(line))}
        />
      ),
    )
    row += at < ended ? (index?.rows(at) ?? 1) : (openRows[at - ended] ?? 1)
  }

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => setView((v) => ({ ...v, height: element.clientHeight, width: element.clientWidth })))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  // What is being read stays where it is when older lines are dropped above it.
  const dropped = useRef(buffer.dropped)
  useLayoutEffect(() => {
    const gone = buffer.dropped - dropped.current
    dropped.current = buffer.dropped
    if (gone > 0 && !stick && !filter.active && scroller.current) scroller.current.scrollTop -= (gone * rowHeight) / scale
  }, [buffer.dropped, stick, filter.active, scale])
  useLayoutEffect(() => {
    if (stick && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }, [stick, version, view.height, real])

  return (
    <div
      ref={scroller}
      className={`log-lines${wrap ? ' wrap' : ''}`}
      role="log"
      aria-live="off"
      aria-label={t('logs.label')}
      tabIndex={0}
      onScroll={(event) => {
        const element = event.currentTarget
        onStick(element.scrollTop + element.clientHeight >= element.scrollHeight - 2 * rowHeight)
        setView((v) => ({ ...v, top: element.scrollTop }))
      }}
    >
      <div style={{ height: Math.min(real, mostPixels) }} />
      <div className="log-window" style={{ top: 0, transform: `translateY(${view.top - (top - start.first * rowHeight)}px)` }}>
        {shown}
      </div>
      {count === 0 && (
        <div className="empty">
          {t(buffer.lines.length + buffer.open.length > 0 ? 'logs.noMatch' : following ? 'logs.waiting' : 'logs.empty')}
        </div>
      )}
    </div>
  )
}

/** As many colours as can be told apart; the name stands beside each line. */
const hues = 8
/** What the way to the rest of a line takes, in character cells. */
const moreCells = 40

/** Where a container has begun anew. */
function Rule({ rule: { run, end }, name }: { rule: RunRule; name: string }) {
  const { t } = useTranslation()
  const ended = end && ` · ${t('logs.ended', { code: end.exitCode, reason: end.reason ?? '' })}`
  return (
    <span className="log-line log-rule">
      <span>
        {t('logs.run', { name, run: run + 1 })}
        {ended}
      </span>
    </span>
  )
}

function Line({
  of: { at, stamp, text, spans, level, more },
  pattern,
  hue,
  name,
  bytes,
  onMore,
  onSave,
}: {
  of: ShownLine
  pattern: RegExp | undefined
  hue: number | undefined
  name: string
  /** The length of a line of which only the beginning came. */
  bytes: number | undefined
  onMore: (() => void) | undefined
  onSave: (() => void) | undefined
}) {
  const { t } = useTranslation()
  const match = pattern?.exec(text)
  const marked = match?.[0] ? { from: match.index, to: match.index + match[0].length } : undefined
  return (
    <span className={`log-line ${level ?? ''}`}>
      {hue !== undefined && <span className={`log-source hue-${hue % hues}`} title={name}>{`${name} `}</span>}
      {at && (
        <span className="at" title={`${localTime(Date.parse(stamp))}\n${stamp}`}>
          {`${at} `}
        </span>
      )}
      {spans.length === 0 && !marked
        ? text
        : pieces(text.length, spans, marked).map(({ from, to, style, hit }) => {
            const part = text.slice(from, to)
            const css = style && cssOf(style)
            return hit ? (
              <mark key={from} style={css && { ...css, color: undefined, background: undefined }}>
                {part}
              </mark>
            ) : (
              <span key={from} style={css}>
                {part}
              </span>
            )
          })}
      {(more > 0 || bytes !== undefined) && (
        <span className="log-more">
          {more > 0 && onMore && (
            <button type="button" className="link-button" onClick={onMore}>
              {t('common.charactersMore', { count: Math.min(more, mostRead - mostShown) })}
            </button>
          )}
          {(bytes !== undefined || !onMore) && onSave && (
            <button type="button" className="link-button" title={t('logs.tooLong')} onClick={onSave}>
              {t('logs.saveWhole', { count: bytes ?? more })}
            </button>
          )}
        </span>
      )}
    </span>
  )
}

let cellWidth = 0
function measureCell(): number {
  if (cellWidth === 0) {
    const pen = document.createElement('canvas').getContext('2d')
    if (pen) {
      const family = getComputedStyle(document.documentElement).getPropertyValue('--mono')
      pen.font = `12px ${family || 'monospace'}`
      cellWidth = pen.measureText('0'.repeat(100)).width / 100
    }
  }
  return cellWidth || 7.2
}

/** Time for counting rows in one frame, ms. */
const countMs = 8

/** Which row each line begins with; counted in slices, so that wrapping a million lines holds up no frame. No index when nothing is wrapped. */
function useWrapIndex(
  wrap: boolean,
  width: number,
  count: number,
  rowsAt: (line: number, columns: number) => number,
  scope: string,
): { index: WrapIndex | undefined; columns: number } {
  const held = useRef({ key: '', index: new WrapIndex() })
  const [, setSlice] = useState(0)
  // One cell of slack: a fractional width may break a line earlier than the division says.
  const columns = Math.max(10, Math.floor((width - padding) / measureCell()) - 1)
  const key = `${columns}|${scope}`
  const { index } = held.current
  if (wrap) {
    if (held.current.key !== key || index.count > count) {
      held.current.key = key
      index.clear()
    }
    const until = performance.now() + countMs
    while (index.count < count && performance.now() < until) {
      for (let line = index.count, end = Math.min(count, line + 50); line < end; line++) index.add(rowsAt(line, columns))
    }
  }
  const left = wrap && index.count < count
  useEffect(() => {
    if (!left) return undefined
    const frame = requestAnimationFrame(() => setSlice((n) => n + 1))
    return () => cancelAnimationFrame(frame)
  })
  return { index: wrap ? index : undefined, columns }
}
