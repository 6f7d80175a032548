import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { readIfPresent, writePrivateFile } from '../serving/files.ts'

/** What the window's control plane listened on last: kept, so that kubeconfigs, bookmarks and what the page stores stay good. */
export interface RememberedPorts {
  securePort?: number
  gatewayPort?: number
}

const file = (dataDir: string): string => join(dataDir, 'ports.json')
const isPort = (v: unknown): v is number => Number.isInteger(v) && Number(v) >= 1 && Number(v) <= 65_535

/** Anything that does not fit is left out. */
export function recallPorts(dataDir: string): RememberedPorts {
  let raw: unknown
  try {
    raw = JSON.parse(readIfPresent(file(dataDir)) ?? '')
  } catch {
    return {}
  }
  if (typeof raw !== 'object' || raw === null) return {}
  const { securePort, gatewayPort } = raw as Record<string, unknown>
  return { ...(isPort(securePort) ? { securePort } : {}), ...(isPort(gatewayPort) ? { gatewayPort } : {}) }
}

export function rememberPorts(dataDir: string, change: RememberedPorts): void {
  const before = recallPorts(dataDir)
  const after = { ...before, ...change }
  if (JSON.stringify(after) !== JSON.stringify(before)) writePrivateFile(file(dataDir), `${JSON.stringify(after)}\n`)
}

/** Whether a listener on `host` would get the port, and nobody answers there through a listener on all addresses (possible on macOS). */
export async function isFree(port: number, host: string): Promise<boolean> {
  const listens = await new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
  if (!listens) return false
  return new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host })
    const settle = (free: boolean): void => {
      socket.destroy()
      resolve(free)
    }
    socket.setTimeout(1000, () => settle(true))
    socket.once('connect', () => settle(false))
    socket.once('error', () => settle(true))
  })
}

/** The first of them that is free; 0, for which the system chooses, when none is. */
export async function firstFree(ports: Iterable<number>, host: string): Promise<number> {
  for (const port of ports) if (await isFree(port, host)) return port
  return 0
}

/** For the API server: where it was, else Kubernetes' own port, else one near it. */
export function* securePorts(remembered: number | undefined, usual: number): Generator<number> {
  if (remembered !== undefined) yield remembered
  for (let port = usual; port <= Math.min(usual + 20, 65_535); port++) if (port !== remembered) yield port
}

/** For the window: where it was, else one that systems do not hand out to outgoing connections, so that it is free again next time. */
export function* gatewayPorts(remembered: number | undefined): Generator<number> {
  if (remembered !== undefined) yield remembered
  for (let n = 0; n < 20; n++) yield randomInt(20_000, 30_000)
}
