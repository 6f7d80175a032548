/**
 * The program that the kill test kills: writes as fast as it can from several callers and prints every acknowledgement,
 * `verb key revision`, synchronously. Arguments: database file, name of this run.
 */
import { writeSync } from 'node:fs'
import { openSqliteStorage } from '../sqlite/open.ts'

const [path = '', run = ''] = process.argv.slice(2)
const storage = await openSqliteStorage({ path })
const say = (line: string) => writeSync(1, `${line}\n`)
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
