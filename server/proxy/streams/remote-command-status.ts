import { isUtf8 } from 'node:buffer'

/** How a command in a container ended, as a v5 client reads it from the error channel: a metav1.Status without kind, as upstream writes it. */
export interface CommandStatus {
  readonly metadata: Record<never, never>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: { readonly causes: readonly { readonly reason?: string; readonly message: string }[] }
  readonly code?: number
}

export const SUCCESS: CommandStatus = { metadata: {}, status: 'Success' }

/** Anything that is not the command's own exit code. */
export const commandError = (why: string): CommandStatus => ({
  ...{ metadata: {}, status: 'Failure', message: `Internal error occurred: ${why}`, reason: 'InternalError' },
  ...{ details: { causes: [{ message: why }] }, code: 500 },
})

const NON_ZERO = 'NonZeroExitCode'
const EXIT_CODE = 'ExitCode'

const exited = (code: number): CommandStatus => ({
  ...{ metadata: {}, status: 'Failure', reason: NON_ZERO },
  message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
  details: { causes: [{ reason: EXIT_CODE, message: String(code) }] },
})

/** Go's quotes; what a kubelet says is not read as code. */
const quoted = (text: string): string => JSON.stringify(text)

interface Told {
  status?: unknown
  message?: unknown
  reason?: unknown
  details?: { causes?: { reason?: unknown; message?: unknown }[] } | null
}

/**
 * Reads what a kubelet has said on the error stream (client-go `remotecommand/v{2,4}.go`): nothing is success; up to protocol v3 any text is
 * what went wrong, from v4 on it is a Status.
 */
export function commandStatus(said: Buffer, protocol: string): CommandStatus {
  if (said.length === 0) return SUCCESS
  const text = said.toString('utf8')
  if (!/^v[45]\./.test(protocol)) return commandError(`error executing remote command: ${text}`)
  let told: Told
  try {
    if (!isUtf8(said)) throw new Error('it is no UTF-8')
    told = JSON.parse(text) as Told
  } catch (e) {
    return commandError(`error stream protocol error: ${(e as Error).message} in ${quoted(text)}`)
  }
  if (told?.status === 'Success') return SUCCESS
  if (told?.status !== 'Failure') return commandError('error stream protocol error: unknown error')
  if (told.reason !== NON_ZERO) return commandError(String(told.message ?? ''))
  if (told.details === undefined || told.details === null) return commandError('error stream protocol error: details must be set')
  const cause = told.details.causes?.find((c) => c.reason === EXIT_CODE)
  if (cause === undefined) return commandError(`error stream protocol error: no ${EXIT_CODE} cause given`)
  const code = String(cause.message ?? '')
  if (!/^\d+$/.test(code) || Number(code) > 255) {
    return commandError(`error stream protocol error: invalid exit code value ${quoted(code)}`)
  }
  return exited(Number(code))
}
