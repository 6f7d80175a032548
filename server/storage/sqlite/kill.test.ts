import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { scratchFolder } from '../testing/scratch.ts'
import { openSqliteStorage } from './open.ts'

const WRITER = fileURLToPath(new URL('../testing/sqlite-writer.ts', import.meta.url))
const ROUNDS = 8

/** Runs the writer until it has printed `lines` acknowledgements, then kills it; returns what it printed, whole lines only. */
async function killedAfter(lines: number, path: string, run: string): Promise<string[]> {
  const child = spawn(process.execPath, [WRITER, path, run], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const output: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    output.push(line)
    if (output.length === lines) child.kill('SIGKILL')
  }
  await exited
  return output.filter((line) => /^(put|try|del) \S+ \d+$/.test(line))
}

test(`nothing acknowledged is lost when the process is killed, ${ROUNDS} times over`, async () => {
  await using folder = await scratchFolder()
  const path = join(folder.path, 'store.db')
  const present = new Map<string, number>()
  const uncertain = new Map<string, number>()
  let newest = 0
  for (let round = 0; round < ROUNDS; round++) {
    const lines = await killedAfter(5 + Math.floor(Math.random() * 1500), path, `r${round}`)
    expect(lines.length).toBeGreaterThan(0)
    const revisions = new Set<number>()
    for (const line of lines) {
      const [verb, key = '', text] = line.split(' ')
      const revision = Number(text)
      if (verb === 'put') present.set(key, revision)
      else if (verb === 'try') {
        present.delete(key)
        uncertain.set(key, revision)
      } else uncertain.delete(key)
      if (verb === 'try') continue
      expect(revision).toBeGreaterThan(newest)
      expect(revisions.has(revision)).toBe(false)
      revisions.add(revision)
    }
    const storage = await openSqliteStorage({ path })
    try {
      const last = await storage.currentRevision()
      expect(last).toBeGreaterThanOrEqual(Math.max(...revisions))
      const stored = new Map((await storage.list('/registry/kill/')).items.map((item) => [item.key, item.modRevision]))
      for (const [key, revision] of present) expect([key, stored.get(key)]).toEqual([key, revision])
      // What else is there was written but its acknowledgement did not come out: at most one write a caller and round.
      const extra = [...stored.keys()].filter((key) => !present.has(key) && !uncertain.has(key))
      expect(extra.length).toBeLessThanOrEqual(8)
      for (const key of extra) present.set(key, stored.get(key) ?? 0)
      for (const [key, revision] of uncertain) if (stored.has(key)) present.set(key, revision)
      uncertain.clear()
      newest = last
    } finally {
      await storage.close()
    }
  }
})
