import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostEnv, hostNodeFlags } from '../host-flags.mjs'
import { nodeBin } from '../setup.mjs'

/** Seeding tens of thousands of objects takes minutes where others use the machine too: how long it may take is not what is judged. */
const startLimitMs = 900_000

export interface Product extends Disposable {
  /** The window's one-time address. */
  window: string
  origin: string
  kubeconfig: string
  pid: number
}

/** Starts the built program as a person's machine has it, in a folder of its own that is removed at the end. */
export async function startProduct(
  dist: string,
  o: {
    seed?: string
    env?: Record<string, string>
    flags?: string[]
    /** As soon as the window has an address, which is when a person's browser opens it: the control plane still starts. */
    early?: boolean
  } = {},
): Promise<Product> {
  const scratch = mkdtempSync(join(tmpdir(), 'binnacle-perf-'))
  const kubeconfig = join(scratch, 'kubeconfig')
  const args = ['--data-dir', join(scratch, 'data'), '--secure-port', '0', '--gateway-port', '0', '--write-kubeconfig', kubeconfig]
  const seed = o.seed === undefined ? [] : ['--seed', o.seed]
  const child = spawn(
    nodeBin,
    [...hostNodeFlags, join(dist, 'server/main.mjs'), ...args, ...seed, '--log-format', 'text', ...(o.flags ?? [])],
    { env: { ...process.env, ...hostEnv, ...o.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const end = endOf(child)
  let told = ''
  let ready = false
  child.stderr.on('data', (part: Buffer) => (told += part.toString()))
  child.stdout.on('data', (part: Buffer) => (ready ||= part.toString().includes('ready')))
  const window = await until(startLimitMs, () => {
    if (child.exitCode !== null) throw new Error(`the server ended: ${told.slice(-500)}`)
    return ready || o.early ? /http:\/\/\S+\?session=\S+/.exec(told)?.[0] : undefined
  })
  return {
    window,
    origin: new URL(window).origin,
    kubeconfig,
    pid: child.pid ?? 0,
    [Symbol.dispose]() {
      end()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

/** Ends a child, also when this process ends before it. */
export function endOf(child: ChildProcess): () => void {
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  return () => {
    process.off('exit', kill)
    kill()
  }
}

export async function until<T>(limitMs: number, look: () => T | undefined): Promise<T> {
  const end = Date.now() + limitMs
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error('it took too long')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
