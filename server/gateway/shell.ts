import type { Gateway, LocalControl, LocalStatus } from './contract.ts'
import { isFields, text } from './kubeconfig.ts'

/** Electron's end of the line in a utility process; `process.parentPort` there, nothing elsewhere. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

/** The session secret that the desktop shell chose, if one did. Taken out of the environment, so that no credential plugin inherits it. */
export function takeShellSecret(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const secret = env.BINNACLE_SESSION_SECRET
  delete env.BINNACLE_SESSION_SECRET
  return secret
}

const localActions = new Set(['start', 'stop', 'restart'])

/** Tells the desktop shell where the gateway is, and does what it asks. False when no shell started this process. */
export function connectShell(
  gateway: Gateway,
  local: LocalControl,
  shutdown: () => void,
  port: ParentPort | undefined = parentPort(),
): boolean {
  if (port === undefined) return false
  port.on('message', ({ data }) => {
    if (!isFields(data)) return
    if (data.type === 'shutdown') shutdown()
    else if (data.type === 'kubeconfig' && text(data.file) !== '') gateway.addKubeconfig(text(data.file))
    // The state that follows tells how it went.
    else if (data.type === 'local' && localActions.has(text(data.action))) local[text(data.action) as 'start']().catch(() => undefined)
  })
  port.postMessage({ type: 'gateway', url: gateway.url, sessionUrl: gateway.sessionUrl })
  return true
}

/** Tells the shell, if there is one, how the local control plane is; its tray shows it. */
export function tellLocal({ state, message }: Pick<LocalStatus, 'state' | 'message'>, port: ParentPort | undefined = parentPort()): void {
  port?.postMessage({ type: 'local', state, ...(message === undefined ? {} : { message }) })
}

/** Whether a desktop shell started this process. */
export const inShell = (port: ParentPort | undefined = parentPort()): boolean => port !== undefined

/** Tells the shell, if there is one, that the window is another process's and has been opened there. */
export function openedElsewhere(port: ParentPort | undefined = parentPort()): void {
  port?.postMessage({ type: 'elsewhere' })
}

function parentPort(): ParentPort | undefined {
  return 'parentPort' in process ? (process.parentPort as ParentPort | undefined) : undefined
}
