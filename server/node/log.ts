import path from 'node:path'
import pino from 'pino'
import { makePrivateFile, makePrivateFolder } from '../machinery/folders.ts'

export const LOG_FILE = 'kubelet.log'

export interface NodeLog {
  write(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void
  close(): Promise<void>
}

/** The agent's own log, one JSON object a line, in the folder that `/logs/` serves; for this user only, as it names pods and errors. */
export async function openNodeLog(dir: string, nodeName: string): Promise<NodeLog> {
  const file = path.join(dir, LOG_FILE)
  makePrivateFolder(dir)
  makePrivateFile(file)
  const destination = pino.destination({ dest: file, append: true, sync: false, minLength: 0 })
  await new Promise<void>((resolve, reject) => {
    destination.once('ready', resolve)
    destination.once('error', reject)
  })
  let closed = false
  const logger = pino(
    { base: { node: nodeName }, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    destination,
  )
  return {
    // What a pod's worker still has to say while everything ends has no place to go.
    write: (level, message, fields = {}) => (closed ? undefined : logger[level](fields, message)),
    close: () =>
      new Promise((resolve) => {
        closed = true
        destination.once('close', resolve)
        destination.end()
      }),
  }
}
