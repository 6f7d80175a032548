import type { LocalReport } from '../ipc/contract.ts'
import { withoutRequests } from './open-requests.ts'
import type { HostProcess } from './supervisor.ts'

/** The slice of Electron's UtilityProcess that is used. */
export interface UtilityLike {
  stdout: NodeJS.ReadableStream | null
  stderr: NodeJS.ReadableStream | null
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  postMessage(message: unknown): void
  kill(): boolean
}

/** What the host says once its gateway listens. */
export interface GatewayAnnouncement {
  type: 'gateway'
  url: string
  /** Opens the window once: sets the cookie and gives the page its key. */
  sessionUrl: string
}

/** What the shell says to the host. */
export type ShellMessage =
  | { type: 'shutdown' }
  | { type: 'kubeconfig'; file: string }
  | { type: 'local'; action: 'start' | 'stop' | 'restart' }

/** Undefined when the message is something else. Only a gateway on this machine is believed. */
export function parseAnnouncement(message: unknown): GatewayAnnouncement | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { type, url, sessionUrl } = message as Record<string, unknown>
  if (type !== 'gateway' || typeof url !== 'string' || !/^http:\/\/127\.0\.0\.1:\d+$/.test(url)) return undefined
  if (typeof sessionUrl !== 'string' || !sessionUrl.startsWith(`${url}/?session=`)) return undefined
  return { type, url, sessionUrl }
}

/** Whether the host says that another process has the data folder, and that it has opened that one's window. */
export function isElsewhere(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'elsewhere'
}

const localStates = new Set(['starting', 'running', 'stopped', 'failed'])

/** What the host says of the local control plane; undefined when the message is something else. */
export function parseLocal(message: unknown): LocalReport | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { type, state, message: why } = message as Record<string, unknown>
  if (type !== 'local' || typeof state !== 'string' || !localStates.has(state)) return undefined
  return { state: state as LocalReport['state'], ...(typeof why === 'string' && why !== '' ? { message: why } : {}) }
}

/** A forked host as the supervisor knows it. `announced` is called before it counts as ready. */
export function hostProcess(child: UtilityLike, announced: (a: GatewayAnnouncement) => Promise<void>): HostProcess {
  return {
    onReady(callback) {
      child.on('message', (message) => {
        const announcement = parseAnnouncement(message)
        if (announcement !== undefined) announced(announcement).then(callback, callback)
      })
    },
    onLine(callback) {
      lines(child.stdout, (text) => callback('stdout', text))
      lines(child.stderr, (text) => callback('stderr', text))
    },
    onExit(callback) {
      child.on('exit', callback)
    },
    requestStop: () => child.postMessage({ type: 'shutdown' } satisfies ShellMessage),
    kill: () => void child.kill(),
  }
}

/** The host's own flags, without what is to be opened: after `--` when Electron runs the source tree, everything when packaged. */
export function hostFlags(argv: readonly string[], packaged: boolean): string[] {
  const dashes = argv.indexOf('--')
  const own = packaged ? argv.slice(1) : dashes === -1 ? [] : argv.slice(dashes + 1)
  return withoutRequests(own)
}

function lines(stream: NodeJS.ReadableStream | null, each: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    // A line without an end must not grow for ever.
    rest = (parts.pop() ?? '').slice(-65_536)
    for (const part of parts) each(part)
  })
  stream?.on('end', () => rest !== '' && each(rest))
}
