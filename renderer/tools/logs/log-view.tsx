import { Menu } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '../../kube/api-error.ts'
import { ErrorView } from '../../ui/error-view.tsx'
import { Icon } from '../../ui/icon.tsx'
import { useStored } from '../../ui/storage.ts'
import { type StampChoice, stampChoices, zoneName } from '../../ui/time.ts'
import { Toggle } from '../../ui/toggle.tsx'
import type { LogBuffer } from './log-buffer.ts'
import { Choice, type ChoiceProps, Chip } from './log-choice.tsx'
import { filterPattern, LogFilter } from './log-filter.ts'
import { levelOfLine, type LogForm, searchedText } from './log-line.ts'
import { Lines } from './log-lines.tsx'
import { saveLines } from './save-lines.ts'
import { SearchField } from '../../ui/search-field.tsx'
import './log-view.css'

/** A log as far as it has been read. */
export interface LogStream {
  buffer: LogBuffer
  /** Grows with each batch of lines. */
  version: number
  phase: 'reading' | 'following' | 'ended' | 'failed'
  error?: ApiError
}

const levelChoices = ['all', 'warn', 'bad'] as const
type LevelChoice = (typeof levelChoices)[number]

/** A log of up to a million lines: virtual rows, filters over what is shown, colours, wrap, timestamps, save. */
export function LogView({
  stream,
  title,
  stamped,
  sources,
  ruleNames = [],
  follows = false,
  onFollow,
  saveWhole,
  onRetry,
  range,
  children,
}: {
  stream: LogStream
  /** Names the file that is saved. */
  title: string
  /** Lines begin with the kubelet's timestamps, which may be shown or not. */
  stamped: boolean
  /** Whose lines they are, by the numbers in the buffer, when that is to be told. */
  sources?: readonly string[]
  /** The same for the lines between two runs. */
  ruleNames?: readonly string[]
  /** New lines come: they can be kept in sight. */
  follows?: boolean
  /** Whether the newest line is kept in sight. */
  onFollow?(on: boolean): void
  /** Saves all of the log that a line is from, for one that is too long to come here. */
  saveWhole?(line: number): void
  onRetry?(): void
  /** From when on it is read, when that can be chosen. */
  range?: ChoiceProps<string>
  /** The source's own controls. */
  children?: React.ReactNode
}) {
  const { t } = useTranslation()
  const [wrap, setWrap] = useStored('logs.wrap', false)
  const [time, setTime] = useStored<StampChoice>('logs.times', 'off')
  const [fields, setFields] = useStored('logs.fields', true)
  const [level, setLevel] = useState<LevelChoice>('all')
  const [text, setText] = useState('')
  const { pattern, literal } = useMemo(() => filterPattern(text), [text])
  const [stick, setStick] = useState(true)
  useEffect(() => onFollow?.(stick), [onFollow, stick])
  const form = useMemo<LogForm>(() => ({ stamped, time, fields }), [stamped, time, fields])
  const { filter, scanned } = useFilter(stream, pattern, level, form)
  const all = stream.buffer.lines.length + stream.buffer.open.length
  const count = filter.active ? filter.matches.length + filter.open.length : all
  return (
    <div className="log">
      <div className="log-bar" role="toolbar" aria-label={t('logs.toolbar')}>
        {children}
        {follows && <Toggle label={t('logs.follow')} on={stick} onChange={setStick} />}
        <SearchField label={t('logs.filter')} text={text} isFaulty={literal} onText={setText} />
        {level !== 'all' && <Chip text={t(`logs.levels.${level}`)} onDrop={() => setLevel('all')} />}
        <Menu position="bottom-end" closeOnItemClick={false} withinPortal={false}>
          <Menu.Target>
            <button type="button" className="icon-button" aria-label={t('logs.display')} title={t('logs.display')}>
              <Icon name="columns" size={14} />
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            {/* A low window scrolls it, and whoever has no pointer must be able to. */}
            <div className="log-menu" role="group" aria-label={t('logs.display')} tabIndex={0}>
              <Menu.CheckboxItem checked={wrap} onChange={setWrap}>
                {t('logs.wrap')}
              </Menu.CheckboxItem>
              <Menu.CheckboxItem checked={fields} onChange={setFields}>
                {t('logs.fields')}
              </Menu.CheckboxItem>
              <Choice<LevelChoice>
                label={t('logs.level')}
                value={level}
                choices={levelChoices.map((value) => [value, t(`logs.levels.${value}`)])}
                onChange={setLevel}
              />
              {stamped && (
                <Choice<StampChoice>
                  label={t('logs.timestamps')}
                  value={time}
                  choices={stampChoices.map((value) => [value, t(`logs.times.${value}`, { zone: zoneName(Date.now()) })])}
                  onChange={setTime}
                />
              )}
              {range && <Choice {...range} />}
            </div>
          </Menu.Dropdown>
        </Menu>
        <button
          type="button"
          className="icon-button"
          aria-label={t('logs.save')}
          title={t('logs.save')}
          onClick={() => void saveLines(title, stream.buffer, filter, ruleNames, sources !== undefined)}
        >
          <Icon name="save" size={14} />
        </button>
        <span className="counts" role="status">
          {literal && `${t('logs.literal')} · `}
          {filter.active ? t('logs.matches', { shown: count, count: all }) : t('logs.lines', { count })}
          {stream.buffer.dropped > 0 && ` · ${t('logs.dropped', { count: stream.buffer.dropped })}`}
        </span>
      </div>
      {stream.phase === 'failed' && stream.error && <ErrorView error={stream.error} onRetry={onRetry} />}
      <Lines
        key={wrap ? 'wrap' : 'plain'}
        buffer={stream.buffer}
        filter={filter}
        filterKey={`${pattern?.source ?? ''} ${level}`}
        pattern={pattern}
        wrap={wrap}
        form={form}
        sources={sources}
        ruleNames={ruleNames}
        stick={stick}
        onStick={setStick}
        following={stream.phase === 'following'}
        saveWhole={saveWhole}
        version={`${stream.version}.${scanned}`}
      />
    </div>
  )
}

function useFilter(stream: LogStream, pattern: RegExp | undefined, level: LevelChoice, form: LogForm) {
  const { buffer, version } = stream
  const filter = useMemo(() => new LogFilter(buffer), [buffer])
  const [scanned, setScanned] = useState(0)
  useEffect(() => {
    const passes = (line: string): boolean =>
      (level === 'all' || passesLevel(level, levelOfLine(line, form))) && (!pattern || pattern.test(searchedText(line, form)))
    filter.set(pattern || level !== 'all' ? passes : undefined)
  }, [filter, pattern, level, form])
  useEffect(() => {
    let frame = 0
    const slice = (): void => {
      const all = filter.scan(8, () => performance.now())
      setScanned((n) => n + 1)
      if (!all) frame = requestAnimationFrame(slice)
    }
    if (filter.active) slice()
    else setScanned((n) => n + 1)
    return () => cancelAnimationFrame(frame)
  }, [filter, pattern, level, form, version])
  return { filter, scanned }
}

const passesLevel = (choice: LevelChoice, level: 'bad' | 'warn' | undefined): boolean =>
  level === 'bad' || (choice === 'warn' && level === 'warn')
