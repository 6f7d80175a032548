import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'

/** CPU time so far, ms (the kernel counts in hundredths of a second). It says more than frames do on a busy machine. */
export interface Spent {
  /** The page's process. */
  main: number
  worker: number
  /** Raster and the compositor. */
  other: number
  /** Chromium's GPU process, which puts the tiles together; without a GPU that is work for a processor, too. */
  gpu: number
  /** Chromium's own and its network process, through which the events come. */
  browser: number
  server: number
  changes: number
}

export interface Processes {
  renderer: number
  gpu: number[]
  browser: number[]
  server: number
  changes: number | undefined
}

/** The page's process is the largest renderer: Chromium may keep a spare one. */
export async function processesOf(browser: Browser, server: number, changes: number | undefined): Promise<Processes> {
  const cdp = await browser.newBrowserCDPSession()
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
  await cdp.detach()
  const ids = (is: (type: string) => boolean): number[] => processInfo.filter((p) => is(p.type)).map((p) => p.id)
  const renderers = ids((type) => type === 'renderer').sort((a, b) => residentKb(b) - residentKb(a))
  return {
    renderer: renderers[0] ?? 0,
    gpu: ids((type) => type === 'GPU'),
    browser: ids((type) => type !== 'renderer' && type !== 'GPU'),
    server,
    changes,
  }
}

export function spent(of: Processes): Spent {
  const all: Spent = {
    main: 0,
    worker: 0,
    other: 0,
    gpu: sum(of.gpu.map(processCpu)),
    browser: sum(of.browser.map(processCpu)),
    server: processCpu(of.server),
    changes: of.changes === undefined ? 0 : processCpu(of.changes),
  }
  for (const task of readdirSync(`/proc/${of.renderer}/task`)) {
    const stat = readFileSync(`/proc/${of.renderer}/task/${task}/stat`, 'utf8')
    const thread = task === String(of.renderer) ? 'main' : stat.includes('(DedicatedWorker') ? 'worker' : 'other'
    all[thread] += cpu(stat)
  }
  return all
}

export function residentKb(pid: number): number {
  const file = `/proc/${pid}/status`
  return existsSync(file) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) : 0
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

const processCpu = (pid: number): number => (existsSync(`/proc/${pid}/stat`) ? cpu(readFileSync(`/proc/${pid}/stat`, 'utf8')) : 0)

/** User and system time of a line of /proc/…/stat. The name in it may hold spaces. */
function cpu(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
