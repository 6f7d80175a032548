import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { LAUNCH_HEADER, LAUNCH_PATH } from '../gateway/gateway.ts'
import type { Clock } from '../machinery/clock.ts'
import { takeFileLock } from '../machinery/file-lock.ts'
import { readIfPresent, writePrivateFile } from '../serving/files.ts'

/** The first on this data folder. */
export interface First {
  /** What a second start must send to the gateway's LAUNCH_PATH. */
  readonly token: string
  /** Tells second starts where the gateway is. */
  publish(gatewayUrl: string): void
  release(): void
}

/** Another process has the data folder; `url` opens its window once. */
export interface Second {
  readonly url: string
}

/** The first may be about to listen, or to end. */
const PATIENCE_MS = 10_000
const RETRY_MS = 200
const ANSWER_MS = 2_000

/**
 * One window a data folder. The lock is the system's (`takeFileLock`): it ends with the process, whatever ended that. Rejects with a
 * sentence when another process holds it and does not answer.
 */
export async function claimInstance(dataDir: string, clock: Clock, ask = askForWindow): Promise<First | Second> {
  const lockFile = join(dataDir, 'window.lock')
  const addressFile = join(dataDir, 'window.json')
  const until = clock.now() + PATIENCE_MS
  for (;;) {
    const lock = takeFileLock(lockFile)
    if (lock !== undefined) {
      const token = randomBytes(32).toString('base64url')
      return {
        token,
        publish: (url) => writePrivateFile(addressFile, `${JSON.stringify({ url, token, pid: process.pid })}\n`),
        release() {
          rmSync(addressFile, { force: true })
          lock.close()
        },
      }
    }
    const running = readAddress(addressFile)
    const url = running === undefined ? undefined : await ask(running.url, running.token)
    if (url !== undefined) return { url }
    if (clock.now() >= until) {
      const who = running === undefined ? '' : ` (process ${running.pid})`
      throw new Error(
        `another Binnacle${who} uses the data folder ${dataDir} and does not answer; end it, or choose another with --data-dir`,
      )
    }
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, RETRY_MS))
  }
}

interface Address {
  url: string
  token: string
  pid: number
}

function readAddress(file: string): Address | undefined {
  try {
    const { url, token, pid } = JSON.parse(readIfPresent(file) ?? '') as Partial<Record<keyof Address, unknown>>
    if (typeof url !== 'string' || !/^http:\/\/127\.0\.0\.1:\d+$/.test(url) || typeof token !== 'string') return undefined
    return { url, token, pid: Number(pid) }
  } catch {
    return undefined
  }
}

async function askForWindow(gatewayUrl: string, token: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${gatewayUrl}${LAUNCH_PATH}`, {
      method: 'POST',
      headers: { [LAUNCH_HEADER]: token },
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (!answer.ok) return undefined
    const { url } = (await answer.json()) as { url?: unknown }
    return typeof url === 'string' && url.startsWith(`${gatewayUrl}/`) ? url : undefined
  } catch {
    // Nobody listens, or somebody else does.
    return undefined
  }
}
