import { readFile, readdir, statfs } from 'node:fs/promises'
import os from 'node:os'

/** What does not change while the process runs. */
export interface MachineFacts {
  cpus: number
  memoryBytes: number
  swapBytes: number
  /** Of the file system that holds the data folder. */
  storageBytes: number
  /** `2Mi` → pages set aside; Linux only. */
  hugepages: Readonly<Record<string, number>>
  kernelVersion: string
  osImage: string
  machineID: string
  bootID: string
  systemUUID: string
  /** Go's names, as every label and client expects them. */
  operatingSystem: string
  architecture: string
  hostname: string
  bootTime: number
}

/** What changes from moment to moment; undefined where this system does not tell. */
export interface MachineUsage {
  time: number
  /** CPU time of all cores since boot, nanoseconds. */
  cpuNanoSeconds: number
  memoryAvailableBytes: number
  memoryUsageBytes: number
  memoryWorkingSetBytes: number
  memoryRssBytes: number | undefined
  pageFaults: number | undefined
  majorPageFaults: number | undefined
  swapUsageBytes: number | undefined
  storage: { capacityBytes: number; availableBytes: number; usedBytes: number; inodes: number; inodesFree: number }
  interfaces: { name: string; rxBytes: number; rxErrors: number; txBytes: number; txErrors: number }[]
  maxPid: number | undefined
  processes: number | undefined
}

const GOOS: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' }
const GOARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le', mipsel: 'mipsle', loong64: 'loong64' }

/** The first line of a file, or '' where there is none (another system, no permission). */
async function line(path: string): Promise<string> {
  return (await text(path)).split('\n', 1)[0]!.trim()
}

async function text(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return ''
  }
}

/** `/proc/meminfo` in bytes by field. */
export function parseMeminfo(content: string): Map<string, number> {
  return new Map([...content.matchAll(/^(\w[^:]*):\s+(\d+) kB$/gm)].map((m) => [m[1]!, Number(m[2]) * 1024]))
}

/** `/proc/net/dev` without the loopback device. */
export function parseNetDev(content: string): MachineUsage['interfaces'] {
  return [...content.matchAll(/^\s*([^\s:]+):\s*(.+)$/gm)]
    .map((m) => ({ name: m[1]!, n: m[2]!.trim().split(/\s+/).map(Number) }))
    .filter(({ name, n }) => name !== 'lo' && n.length >= 11)
    .map(({ name, n }) => ({ name, rxBytes: n[0]!, rxErrors: n[2]!, txBytes: n[8]!, txErrors: n[10]! }))
}

/** `now` in milliseconds since the epoch; what is told of the machine's start is counted back from it. */
export async function readMachine(dataDir: string, now: number): Promise<MachineFacts> {
  const fs = await statfs(dataDir)
  const release = await text('/etc/os-release')
  const meminfo = parseMeminfo(await text('/proc/meminfo'))
  const hugepages: Record<string, number> = {}
  for (const name of await readdir('/sys/kernel/mm/hugepages').catch(() => [] as string[])) {
    const kilobytes = Number(/^hugepages-(\d+)kB$/.exec(name)?.[1])
    const size = kilobytes >= 1024 * 1024 ? `${kilobytes / 1024 / 1024}Gi` : `${kilobytes / 1024}Mi`
    if (kilobytes > 0) hugepages[size] = Number(await line(`/sys/kernel/mm/hugepages/${name}/nr_hugepages`)) * kilobytes * 1024
  }
  return {
    cpus: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    swapBytes: meminfo.get('SwapTotal') ?? 0,
    storageBytes: fs.blocks * fs.bsize,
    hugepages,
    kernelVersion: os.release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? os.version(),
    machineID: await line('/etc/machine-id'),
    bootID: await line('/proc/sys/kernel/random/boot_id'),
    systemUUID: (await line('/sys/class/dmi/id/product_uuid')).toLowerCase(),
    operatingSystem: GOOS[process.platform] ?? process.platform,
    architecture: GOARCH[process.arch] ?? process.arch,
    hostname: os.hostname(),
    bootTime: now - os.uptime() * 1000,
  }
}

export async function readUsage(dataDir: string, now: number): Promise<MachineUsage> {
  const fs = await statfs(dataDir)
  const meminfo = parseMeminfo(await text('/proc/meminfo'))
  const vmstat = new Map([...(await text('/proc/vmstat')).matchAll(/^(pgfault|pgmajfault) (\d+)$/gm)].map((m) => [m[1]!, Number(m[2])]))
  const total = os.totalmem()
  const free = meminfo.get('MemFree') ?? os.freemem()
  const inactiveFile = meminfo.get('Inactive(file)') ?? 0
  const workingSet = total - free - inactiveFile
  const ticks = os.cpus().reduce((sum, { times: t }) => sum + t.user + t.nice + t.sys + t.irq, 0)
  const [swapTotal, swapFree] = [meminfo.get('SwapTotal'), meminfo.get('SwapFree')]
  return {
    time: now,
    cpuNanoSeconds: ticks * 1e6,
    // The kubelet's arithmetic: what is not in the working set can be had.
    memoryAvailableBytes: total - workingSet,
    memoryUsageBytes: total - free,
    memoryWorkingSetBytes: workingSet,
    memoryRssBytes: meminfo.get('AnonPages'),
    pageFaults: vmstat.get('pgfault'),
    majorPageFaults: vmstat.get('pgmajfault'),
    swapUsageBytes: swapTotal === undefined || swapFree === undefined ? undefined : swapTotal - swapFree,
    storage: {
      capacityBytes: fs.blocks * fs.bsize,
      availableBytes: fs.bavail * fs.bsize,
      usedBytes: (fs.blocks - fs.bfree) * fs.bsize,
      inodes: fs.files,
      inodesFree: fs.ffree,
    },
    interfaces: parseNetDev(await text('/proc/net/dev')),
    maxPid: Number(await line('/proc/sys/kernel/pid_max')) || undefined,
    processes: Number((await line('/proc/loadavg')).split(' ')[3]?.split('/')[1]) || undefined,
  }
}
