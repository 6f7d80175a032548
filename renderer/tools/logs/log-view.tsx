import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorView } from '../../ui/error-view.tsx'
import { Icon } from '../../ui/icon.tsx'
import { saveText } from '../../ui/save.ts'
import { useStored } from '../../ui/storage.ts'
import { Toggle } from '../../ui/toggle.tsx'
import { filterPattern, type LogBuffer, LogFilter, levelOf, splitStamp, stampLength, stripAnsi } from './log-buffer.ts'
import './log-view.css'
import type { LogStream } from './use-log-stream.ts'
import { cellsOf, WrapIndex } from './wrap-index.ts'

const rowHeight = 18
/** A source's name takes this many character cells, and a gap. */
const sourceCells = 24
const padding = 16
/** Browsers place nothing below some 33 million pixels: beyond this the scroll bar is scaled. */
const mostPixels = 15_000_000

/** A log of up to a million lines: virtual rows, regular-expression filter, wrap, timestamps, save. */
export function LogView({
  stream,
  title,
  timestamps,
  sources,
  follows = false,
  children,
}: {
  stream: LogStream
  /** Names the file that is saved. */
  title: string
  /** Lines begin with the kubelet's timestamps, which may be shown or not. */
  timestamps: boolean
  /** Whose lines they are, by the numbers in the buffer. */
  sources?: readonly string[]
  /** New lines come: they can be kept in sight. */
  follows?: boolean
  /** The source's own controls. */
  children?: React.ReactNode
}) {
  const { t } = useTranslation()
  const [wrap, setWrap] = useStored('logs.wrap', false)
  const [showTime, setShowTime] = useStored('logs.time', false)
  const [text, setText] = useState('')
  const pattern = useMemo(() => filterPattern(text), [text])
  const [stick, setStick] = useState(true)
  const timed = showTime || !timestamps
  const { filter, scanned } = useFilter(stream, pattern, timed)
  const count = filter.active ? filter.matches.length : stream.buffer.lines.length
  const save = (): Promise<void> =>
    saveText(
      `${title}.log`,
      visibleLines(stream.buffer, filter).map((line) => `${line}\n`),
    )
  return (
    <div className="log">
      <div className="log-bar" role="toolbar" aria-label={t('logs.toolbar')}>
        {children}
        {follows && <Toggle label={t('logs.follow')} on={stick} onChange={setStick} />}
        <input
          className="text-input"
          type="text"
          value={text}
          spellCheck={false}
          placeholder={t('logs.filter')}
          aria-label={t('logs.filter')}
          onChange={(event) => setText(event.target.value)}
        />
        <Toggle label={t('logs.wrap')} on={wrap} onChange={setWrap} />
        {timestamps && <Toggle label={t('logs.timestamps')} on={showTime} onChange={setShowTime} />}
        <button type="button" className="icon-button" onClick={() => void save()}>
          <Icon name="save" size={14} />
          {t('logs.save')}
        </button>
        <span className="counts" role="status">
          {filter.active ? t('logs.matches', { shown: count, count: stream.buffer.lines.length }) : t('logs.lines', { count })}
          {stream.buffer.dropped > 0 && ` · ${t('logs.dropped', { count: stream.buffer.dropped })}`}
        </span>
      </div>
      {stream.phase === 'failed' && stream.error && <ErrorView error={stream.error} onRetry={stream.reload} />}
      <Lines
        key={wrap ? 'wrap' : 'plain'}
        buffer={stream.buffer}
        filter={filter}
        pattern={pattern}
        wrap={wrap}
        showTime={timed}
        sources={sources}
        stick={stick}
        onStick={setStick}
        following={stream.phase === 'following'}
        version={`${stream.version}.${scanned}`}
      />
    </div>
  )
}

function visibleLines(buffer: LogBuffer, filter: LogFilter): string[] {
  return filter.active ? filter.matches.map((line) => buffer.lines[line - buffer.dropped] ?? '') : buffer.lines
}

function useFilter(stream: LogStream, pattern: RegExp | undefined, timed: boolean): { filter: LogFilter; scanned: number } {
  const [filter] = useState(() => new LogFilter(stream.buffer))
  const [scanned, setScanned] = useState(0)
  const { version } = stream
  useEffect(() => {
    filter.set(pattern, timed ? stripAnsi : (line) => stripAnsi(line.slice(stampLength(line))))
  }, [filter, pattern, timed])
  useEffect(() => {
    let frame = 0
    const slice = (): void => {
      const all = filter.scan(8, () => performance.now())
      setScanned((n) => n + 1)
      if (!all) frame = requestAnimationFrame(slice)
    }
    if (pattern || filter.active) slice()
    else setScanned((n) => n + 1)
    return () => cancelAnimationFrame(frame)
  }, [filter, pattern, timed, version])
  return { filter, scanned }
}

function Lines({
  buffer,
  filter,
  pattern,
  wrap,
  showTime,
  sources,
  stick,
  onStick,
  following,
  version,
}: {
  buffer: LogBuffer
  filter: LogFilter
  pattern: RegExp | undefined
  wrap: boolean
  showTime: boolean
  sources: readonly string[] | undefined
  /** The newest line stays in sight. */
  stick: boolean
  onStick(stick: boolean): void
  following: boolean
  version: string
}) {
  const { t } = useTranslation()
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 400, width: 800 })
  const count = filter.active ? filter.matches.length : buffer.lines.length
  const rawAt = (at: number): string =>
    filter.active ? (buffer.lines[(filter.matches[at] ?? 0) - buffer.dropped] ?? '') : (buffer.lines[at] ?? '')
  const lineAt = (at: number): string => stripAnsi(showTime ? rawAt(at) : splitStamp(rawAt(at)).text)
  const rowsAt = (at: number, columns: number): number => {
    const raw = rawAt(at)
    // Most lines are short, and a million of them must be counted in one frame.
    if ((raw.length - (showTime ? 0 : stampLength(raw))) * 2 + (sources ? sourceCells : 0) <= columns) return 1
    return Math.max(1, Math.ceil((cellsOf(lineAt(at)) + (sources ? sourceCells : 0)) / columns))
  }
  const index = useWrapIndex(wrap, view.width, count, rowsAt, `${pattern?.source}|${showTime}|${buffer.dropped}`)
  const rows = index ? index.total : count
  const real = rows * rowHeight
  const scale = real > mostPixels ? (real - view.height) / (mostPixels - view.height) : 1
  const top = Math.min(Math.max(0, real - view.height), view.top * scale)
  const firstRow = Math.floor(top / rowHeight)
  const start = index ? index.find(firstRow) : { line: firstRow, first: firstRow }
  const shown: React.ReactNode[] = []
  for (let line = start.line, row = start.first; line < count && row * rowHeight < top + view.height + rowHeight; line++) {
    const source = sources && (buffer.sources[filter.active ? (filter.matches[line] ?? 0) - buffer.dropped : line] ?? 0)
    shown.push(
      <Line
        key={line}
        text={lineAt(line)}
        pattern={pattern}
        showTime={showTime}
        hue={source}
        name={source === undefined ? '' : (sources?.[source] ?? '')}
      />,
    )
    row += index ? index.rows(line) : 1
  }

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => setView((v) => ({ ...v, height: element.clientHeight, width: element.clientWidth })))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  useLayoutEffect(() => {
    if (stick && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }, [stick, version, view.height])

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
        <div className="empty">{t(buffer.lines.length > 0 ? 'logs.noMatch' : following ? 'logs.waiting' : 'logs.empty')}</div>
      )}
    </div>
  )
}

/** As many colours as can be told apart; the name stands beside each line. */
const hues = 8

function Line({
  text,
  pattern,
  showTime,
  hue,
  name,
}: {
  text: string
  pattern: RegExp | undefined
  showTime: boolean
  hue: number | undefined
  name: string
}) {
  const { at, text: rest } = showTime ? splitStamp(text) : { at: '', text }
  const match = pattern?.exec(rest)
  return (
    <span className={`log-line ${levelOf(rest) ?? ''}`}>
      {hue !== undefined && <span className={`log-source hue-${hue % hues}`} title={name}>{`${name} `}</span>}
      {at && <span className="at">{`${at} `}</span>}
      {match?.[0] ? (
        <>
          {rest.slice(0, match.index)}
          <mark>{match[0]}</mark>
          {rest.slice(match.index + match[0].length)}
        </>
      ) : (
        rest
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

function useWrapIndex(
  wrap: boolean,
  width: number,
  count: number,
  rowsAt: (line: number, columns: number) => number,
  scope: string,
): WrapIndex | undefined {
  const held = useRef({ key: '', index: new WrapIndex() })
  if (!wrap) return undefined
  // One cell of slack: a fractional width may break a line earlier than the division says.
  const columns = Math.max(10, Math.floor((width - padding) / measureCell()) - 1)
  const key = `${columns}|${scope}`
  const { index } = held.current
  if (held.current.key !== key || index.count > count) {
    held.current.key = key
    index.clear()
  }
  for (let line = index.count; line < count; line++) index.add(rowsAt(line, columns))
  return index
}
