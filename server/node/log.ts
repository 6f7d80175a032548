import { appendFile } from 'node:fs'
import path from 'node:path'
import pino from 'pino'
import { makePrivateFile, makePrivateFolder } from '../machinery/folders.ts'

export const LOG_FILE = 'kubelet.log'

export interface NodeLog {
  write(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void
  close(): Promise<void>
}

/** The line that the logger has just made: it writes at once. */
let line = ''
// One for all nodes of the process: thousands of loggers with a file each held 12 KB and a descriptor a node.
const logger = pino(
  { base: undefined, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
  { write: (text) => void (line = text) },
)

/** The agent's own log, one JSON object a line, in the folder that `/logs/` serves; for this user only, as it names pods and errors. */
export async function openNodeLog(dir: string, nodeName: string): Promise<NodeLog> {
  const file = path.join(dir, LOG_FILE)
  makePrivateFolder(dir)
  makePrivateFile(file)
  let waiting = ''
  let writing: Promise<void> | undefined
  let closed = false
  const append = (text: string): Promise<void> =>
    // What cannot be written has no other place to go.
    new Promise((resolve) => appendFile(file, text, { mode: 0o600 }, () => resolve()))
  async function writeAll(): Promise<void> {
    while (waiting !== '') {
      const text = waiting
      waiting = ''
      await append(text)
    }
    writing = undefined
  }
  return {
    write(level, message, fields = {}) {
      // What a pod's worker still has to say while everything ends has no place to go.
      if (closed) return
      logger[level]({ node: nodeName, ...fields }, message)
      waiting += line
      writing ??= writeAll()
    },
    async close() {
      closed = true
      await writing
    },
  }
}
