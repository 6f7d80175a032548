import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostEnv, nodeFlagsFor } from '../host-flags.mjs'
import { nodeBin, root } from '../setup.mjs'

const START_LIMIT_MS = 60_000

/** The server under test, as `npm run server` runs it, in a folder of its own; it can be ended and started again on the same data. */
export class ServerUnderTest {
  readonly dir: string
  readonly token = randomBytes(16).toString('hex')
  readonly #flags: readonly string[]
  readonly #nodeFlags: readonly string[]
  #child: ChildProcess | undefined
  url = ''
  /** Milliseconds from the process's start to its ready line, of the last start. */
  startMs = 0

  constructor(dir: string, flags: readonly string[], nodeFlags: readonly string[] = []) {
    this.dir = dir
    this.#flags = flags
    this.#nodeFlags = nodeFlags
    writeFileSync(join(dir, 'tokens.csv'), `${this.token},soak,1,system:masters\n`, { mode: 0o600 })
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get logFile(): string {
    return join(this.dir, 'server.log')
  }

  async start(): Promise<void> {
    const began = performance.now()
    const main = process.env.SOAK_BUNDLE ?? join(root, 'dist/server/main.mjs')
    const port = this.url === '' ? '0' : new URL(this.url).port
    const args = [...nodeFlagsFor(this.#flags), ...this.#nodeFlags, main, '--data-dir', join(this.dir, 'data'), '--secure-port', port]
    const child = spawn(nodeBin, [...args, '--token-auth-file', join(this.dir, 'tokens.csv'), ...this.#flags], {
      stdio: ['ignore', 'pipe', openSync(this.logFile, 'a')],
      env: { ...process.env, ...hostEnv },
      cwd: this.dir,
    })
    this.#child = child
    let isReady = false
    await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ready line within ${START_LIMIT_MS / 1000} s`)), START_LIMIT_MS)
      const text: Buffer[] = []
      child.stdout!.on('data', (d: Buffer) => {
        // What comes besides the ready line is a fault, or asked for with a node flag: either way the log is its place.
        if (isReady) return appendFileSync(this.logFile, d)
        text.push(d)
        const url = /^ready (\S+)$/m.exec(Buffer.concat(text).toString())?.[1]
        if (url === undefined) return
        clearTimeout(timer)
        this.url = url
        isReady = true
        resolve(url)
      })
      child.once('exit', (code) => {
        clearTimeout(timer)
        reject(new Error(`it ended with ${code}: ${readFileSync(this.logFile, 'utf8').slice(-500)}`))
      })
    })
    this.startMs = performance.now() - began
  }

  /** Resolves with the exit code, or null when a signal ended it. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#child
    if (child === undefined) return null
    if (child.exitCode !== null) return child.exitCode
    const gone = new Promise<number | null>((r) => child.once('exit', (code) => r(code)))
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), 30_000)
    const code = await gone
    clearTimeout(late)
    this.#child = undefined
    return code
  }

  /** Resident memory in MB and CPU seconds used so far by the process. */
  usage(): { rssMB: number; peakMB: number; cpuSeconds: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
    // utime and stime in ticks of 10 ms (proc(5), fields 14 and 15).
    return { rssMB: of('VmRSS'), peakMB: of('VmHWM'), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100 }
  }

  /** Bytes of the database and of its write-ahead log. */
  files(): { db: number; wal: number } {
    const size = (name: string): number => {
      const path = join(this.dir, 'data/store', name)
      return existsSync(path) ? statSync(path).size : 0
    }
    return { db: size('binnacle.db'), wal: size('binnacle.db-wal') }
  }
}
