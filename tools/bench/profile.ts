import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { commandLine } from '../command-line.ts'
import { h2load } from '../programs.ts'
import { nodeBin, root, say } from '../setup.mjs'
import { freePort, ours } from './contestants.ts'
import { byRoom } from './cpu-profile.ts'
import { type Around, createNamespace, load } from './load.ts'
import { Profiler } from './profiler.ts'
import { writes } from './writes.ts'

/** `npm run bench:profile [-- --pods N]`: where the server's one thread spends its time in each row of `npm run bench`. */
const { pods } = commandLine(
  'Where the time goes, by rooms of the server, in each load of the benchmark. It runs from source, on the embedded store.',
  {
    pods: { type: 'number', default: 5000, help: 'Pods that are made, read and listed.' },
  },
).values
const exec = promisify(execFile)
/** Parts that are named in a line; the rest is summed up. */
const NAMED = 9

const tool = h2load()
if (tool.path === undefined) {
  say(`The profile cannot be made: ${tool.why}.`)
  process.exit(1)
}
const port = await freePort()
const server = await ours(undefined, undefined, { main: 'server/main.ts', nodeFlags: [`--inspect=127.0.0.1:${port}`] }).start()
const dir = mkdtempSync(join(tmpdir(), 'binnacle-profile-'))
try {
  using profiler = await Profiler.connect(port)
  const around: Around = async (row, run) => {
    const began = performance.now()
    const { result, profile } = await profiler.during(run)
    const wall = performance.now() - began
    const shares = byRoom(profile)
    const busy = shares.reduce((sum, [, ms]) => sum + ms, 0)
    const percent = (ms: number): string => `${((100 * ms) / busy).toFixed(0)} %`
    const rest = shares.slice(NAMED).reduce((sum, [, ms]) => sum + ms, 0)
    const parts = shares.slice(0, NAMED).map(([place, ms]) => `${place} ${percent(ms)}`)
    say(`${row}: busy ${busy.toFixed(0)} of ${wall.toFixed(0)} ms; ${[...parts, `else ${percent(rest)}`].join(', ')}`)
    return result
  }
  const { url, token } = server
  const fanout = (...args: string[]): Promise<unknown> => exec(nodeBin, [join(root, 'tools/bench/fanout.ts'), url, token, ...args])
  await load(tool.path, url, token, pods, dir, around)
  await around('watch deliveries', () => fanout('1000', '300', '100000'))
  await around('delivery p99', () => fanout('200', '600', '60'))
  await createNamespace(url, token, 'writes')
  await writes(url, token, 'writes', around)
  await around('custom deliveries', () => fanout('200', '600', '100000', 'custom'))
} finally {
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
}
