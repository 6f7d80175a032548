import { writeSync } from 'node:fs'
import pino from 'pino'
import type { Log } from './machinery/log.ts'

export interface LoggerOptions {
  /** `json`: one object a line; `text`: for people. */
  format: string
  verbosity: number
  /** Hears every line as well: the window shows the last ones. */
  listen?: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
}

type Level = 'debug' | 'info' | 'warn' | 'error'
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** Logs go to standard error; standard output is for the ready line alone (DESIGN, "The command line"). */
export function createLogger(o: LoggerOptions): Log {
  const destination = {
    write(line: string): void {
      try {
        writeSync(2, o.format === 'text' ? textLine(line) : line)
      } catch {
        // A closed or full terminal must not end the server.
      }
    },
  }
  const logger = pino(
    {
      level: o.verbosity >= 2 ? 'debug' : 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    destination,
  )
  const at =
    (level: Level) =>
    (fields: object, text: string): void => {
      logger[level](fields, text)
      if (level !== 'debug') o.listen?.(level, Object.keys(fields).length === 0 ? text : `${text} ${JSON.stringify(fields)}`)
    }
  return Object.fromEntries(LEVELS.map((level) => [level, at(level)])) as unknown as Log
}

function textLine(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const rest = Object.entries(fields).map(([k, v]) => `${k}=${typeof v === 'string' ? v : JSON.stringify(v)}`)
  return `${String(time)} ${String(level).toUpperCase().padEnd(5)} ${String(msg)}${rest.length > 0 ? `  ${rest.join(' ')}` : ''}\n`
}
