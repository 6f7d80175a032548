import { readFileSync } from 'node:fs'
import { parseCsv } from './csv.ts'
import type { UserInfo } from './contract.ts'
import type { TokenUsers } from './bearer.ts'

/**
 * `--token-auth-file`: lines of `token,user,uid` and optionally `"group1,group2"`. A later line of the same token wins.
 * Throws an Error naming the file when it cannot be read or a line has fewer than three columns.
 */
export function readTokenFile(file: string): TokenUsers {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (e) {
    throw new Error(`cannot read the token file ${file} (${(e as Error).message}); check --token-auth-file`, { cause: e })
  }
  return parseTokens(text, file)
}

export function parseTokens(text: string, file: string): TokenUsers {
  let records: string[][]
  try {
    records = parseCsv(text)
  } catch (e) {
    throw new Error(`token file '${file}': ${(e as Error).message}`, { cause: e })
  }
  const users = new Map<string, UserInfo>()
  for (const record of records) {
    const [token, name, uid, groups] = record
    if (token === undefined || name === undefined || uid === undefined) {
      throw new Error(`token file '${file}' must contain at least 3 columns (token, user name, user uid), found ${record.length}`)
    }
    if (token !== '') users.set(token, { name, uid, groups: groups === undefined ? [] : groups.split(',') })
  }
  return { userOf: (token) => users.get(token) }
}
