import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LOG_FILE, openNodeLog } from './log.ts'

function folder(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'binnacle-node-log-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

test('each node has its lines in its own file, in their order, after those that were there', async () => {
  const dirs = [folder(), folder()]
  for (const run of ['first', 'second']) {
    const logs = await Promise.all(dirs.map((dir, i) => openNodeLog(dir, `n${i}`)))
    for (let i = 0; i < 50; i++) for (const log of logs) log.write(i % 2 === 0 ? 'info' : 'error', `${run} ${i}`, { pod: 'a/b' })
    await Promise.all(logs.map((log) => log.close()))
    logs[0]!.write('info', 'too late')
  }
  for (const [i, dir] of dirs.entries()) {
    const file = path.join(dir, LOG_FILE)
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const told = ['first', 'second'].flatMap((run) => Array.from({ length: 50 }, (_, k) => `${run} ${k}`))
    expect(lines.map((text) => (JSON.parse(text) as { msg: string }).msg)).toEqual(told)
    expect(lines[1]!.replace(/"time":"[^"]+Z"/, '"time":"T"')).toBe(
      `{"level":"error","time":"T","node":"n${i}","pod":"a/b","msg":"first 1"}`,
    )
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  }
})

test('a folder that is none is told of at once', async () => {
  const dir = folder()
  await expect(openNodeLog(path.join(dir, 'x', '\0'), 'n')).rejects.toThrow()
})
