/**
 * The program that the kill test kills: writes as fast as it can from several callers and prints every acknowledgement,
 * `verb key revision`, synchronously. Arguments: database file, name of this run.
 */
import { writeSync } from 'node:fs'
import { openSqliteStorage } from '../sqlite/open.ts'

const [path = '', run = ''] = process.argv.slice(2)
const storage = await openSqliteStorage({ path })
// A pipe that nobody has read for a while takes only a part, or nothing (EAGAIN).
function say(line: string): void {
  for (let rest = Buffer.from(`${line}\n`); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EAGAIN') throw e
    }
  }
}
const value = Buffer.alloc(1500, run)

async function caller(id: number): Promise<never> {
  for (let i = 0; ; i++) {
    const key = `/registry/kill/${run}/${id}/${i}`
    const created = await storage.create(key, value)
    say(`put ${key} ${created}`)
    if (i % 3 === 0) {
      // Said beforehand: from here on the delete may have happened, acknowledged or not.
      say(`try ${key} ${created}`)
      say(`del ${key} ${await storage.delete(key, created)}`)
    }
    if (i % 50 === 49) await storage.compact(created)
  }
}
say('ready')
await Promise.all(Array.from({ length: 8 }, (_, id) => caller(id)))
