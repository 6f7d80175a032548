import { systemClock as clock } from './machinery/clock.ts'
import { asKubeApiserver, kubeApiserver } from './drop-in/kube-apiserver.ts'
import { GIT_VERSION, KUBERNETES_VERSION, rawVersion, reportVersion } from './discovery/version.ts'
import type { Log } from './machinery/log.ts'
import type { Hooks } from './window.ts'
import { createLogger } from './logger.ts'
import { parseOptions, type Options } from './options/parse.ts'

const [first, ...rest] = process.argv.slice(2)
/** `kube-apiserver` as the first argument: the same program as a drop-in for that one. */
const isDropIn = first === kubeApiserver.name
/** Another command of the program, which does its work and ends. */
const isKubeconfig = first === 'kubeconfig'
/** The program: a control plane on the command line, or the same behind a window's gateway. */
const parsed = isKubeconfig
  ? undefined
  : isDropIn
    ? parseOptions(rest, kubeApiserver)
    : parseOptions(process.argv.slice(2), {
        name: 'binnacle',
        release: KUBERNETES_VERSION,
        version: { text: GIT_VERSION, raw: rawVersion() },
      })

if (parsed === undefined) {
  const { kubeconfigCommand } = await import('./access/command.ts')
  const io = { clock, out: (text: string) => void process.stdout.write(text), err: (text: string) => void process.stderr.write(text) }
  process.exitCode = await kubeconfigCommand(rest, io)
} else if ('text' in parsed) {
  process.stdout.write(parsed.text)
} else if ('errors' in parsed) {
  for (const error of parsed.errors) process.stderr.write(`${error}\n`)
  process.exitCode = 1
} else {
  const { warnings, given, version } = parsed
  if (version !== undefined) reportVersion(version)
  const options = isDropIn ? await asKubeApiserver(parsed.options, clock.now()).catch(cannotStart) : parsed.options
  const lines: Hooks = {}
  const log = createLogger({
    format: options.local.logFormat,
    verbosity: options.local.verbosity,
    listen: (level, message) => lines.listen?.(level, message),
  })
  for (const warning of warnings) log.warn({}, warning)
  process.on('uncaughtException', (e) => {
    log.error({ error: e.stack ?? e.message }, 'an error reached nobody')
    // What it left half done is unknown; what was acknowledged is in the store. A fresh start is the safe state.
    if (lines.failed === undefined) process.exit(1)
    lines.failed(e)
  })
  process.on('unhandledRejection', (e) =>
    log.error({ error: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'a rejection reached nobody'),
  )
  const run =
    options.local.gatewayPort >= 0
      ? import('./window.ts').then(({ runWindow }) =>
          runWindow(options, given, { clock, log, hooks: lines, endWith: (close) => endWith(close, log) }),
        )
      : headless(options, log)
  run.catch(cannotStart)
}

/** One sentence that says what to do, and a code that scripts can see. */
function cannotStart(e: unknown): never {
  process.stderr.write(`${e instanceof Error ? e.message : String(e)}\n`)
  process.exit(1)
}

/** SIGTERM and SIGINT end it in order, once. */
function endWith(close: () => Promise<void>, log: Log): () => void {
  let ending = false
  const end = (why: string): void => {
    if (ending) return
    ending = true
    log.info({ why }, 'stopping')
    close().then(
      () => process.exit(0),
      (e: unknown) => {
        log.error({ error: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', () => end('SIGTERM'))
  process.on('SIGINT', () => end('SIGINT'))
  return () => end('the window asked for it')
}

async function headless(options: Options, log: Log): Promise<void> {
  const { startHost } = await import('./host.ts')
  const host = await startHost(options, { clock, log })
  endWith(() => host.close(), log)
  host.failed.catch((e: Error) => {
    // Nothing can be read or written any more; what was acknowledged is on disk. Whoever started it starts it again.
    process.stderr.write(`The control plane ends because ${e.message}.\n`)
    process.exit(1)
  })
  process.stdout.write(`ready ${host.api.url}\n`)
}
