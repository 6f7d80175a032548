import { systemClock as clock } from './machinery/clock.ts'
import { GIT_VERSION } from './discovery/version.ts'
import { startHost, type Host } from './host.ts'
import type { Log } from './log.ts'
import { createLogger } from './logger.ts'
import { parseOptions, type Options } from './options/parse.ts'

/** The program: a control plane on the command line, or the same behind a window's gateway. */
const parsed = parseOptions(process.argv.slice(2), { name: 'binnacle', version: GIT_VERSION })

if ('text' in parsed) {
  process.stdout.write(`${parsed.text}\n`)
} else if ('errors' in parsed) {
  for (const error of parsed.errors) process.stderr.write(`${error}\n`)
  process.exitCode = 1
} else {
  const { options, warnings } = parsed
  const lines: { listen?: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void } = {}
  const log = createLogger({
    format: options.local.logFormat,
    verbosity: options.local.verbosity,
    listen: (level, message) => lines.listen?.(level, message),
  })
  for (const warning of warnings) log.warn({}, warning)
  process.on('uncaughtException', (e) => log.error({ error: e.stack ?? e.message }, 'an error reached nobody'))
  process.on('unhandledRejection', (e) => log.error({ error: e instanceof Error ? (e.stack ?? e.message) : String(e) }, 'a rejection reached nobody'))
  const run = options.local.gatewayPort >= 0 ? withGateway(options, log, lines) : headless(options, log)
  run.catch((e: unknown) => {
    // Start-up: one sentence that says what to do, and a code that scripts can see.
    process.stderr.write(`${e instanceof Error ? e.message : String(e)}\n`)
    process.exit(1)
  })
}

/** SIGTERM and SIGINT end it in order, once. */
function endWith(close: () => Promise<void>, log: Log): void {
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
  parentPort()?.on('message', (e) => {
    if ((e.data as { type?: unknown } | null)?.type === 'shutdown') end('the window asked for it')
  })
}

async function headless(options: Options, log: Log): Promise<void> {
  const host = await startHost(options, { clock, log })
  endWith(() => host.close(), log)
  process.stdout.write(`ready ${host.api.url}\n`)
}

interface ParentPort {
  on(event: 'message', listener: (e: { data: unknown }) => void): void
  postMessage(message: unknown): void
}

/** Electron's channel to the shell, when this runs as its utility process. */
const parentPort = (): ParentPort | undefined => (process as { parentPort?: ParentPort }).parentPort

async function withGateway(options: Options, log: Log, lines: { listen?: InstanceType<typeof import('./gateway/local-control.ts').InProcessControl>['record'] }): Promise<void> {
  const [{ InProcessControl }, { startGateway }] = await Promise.all([import('./gateway/local-control.ts'), import('./gateway/gateway.ts')])
  const control = new InProcessControl({
    store: options.storage.etcdServers.length > 0 ? 'etcd' : 'sqlite',
    clock,
    async boot(signal) {
      const host: Host = await startHost(options, { clock, log })
      if (signal.aborted) await host.close()
      process.stdout.write(`ready ${host.api.url}\n`)
      return { url: host.api.url, reach: { transport: host.api.transport('binnacle-window') }, failed: new Promise<never>(() => undefined), close: () => host.close() }
    },
  })
  lines.listen = (level, message) => control.record(level, message)
  const secret = process.env.BINNACLE_SESSION_SECRET
  const gateway = await startGateway({
    port: options.local.gatewayPort,
    local: control,
    staticDir: new URL('../renderer/', import.meta.url).pathname,
    clock,
    log: { info: (m) => log.info({}, m), warn: (m) => log.warn({}, m) },
    ...(secret === undefined ? {} : { secret }),
  })
  endWith(async () => {
    await gateway.close()
    await control.stop()
  }, log)
  const port = parentPort()
  port?.on('message', (e) => {
    const message = e.data as { type?: unknown; file?: unknown } | null
    if (message?.type === 'kubeconfig' && typeof message.file === 'string') gateway.addKubeconfig(message.file)
  })
  port?.postMessage({ type: 'gateway', url: gateway.url, cookie: gateway.cookie })
  // The window opens at once and shows the start; a failed one it can explain and try again.
  const starting = control.start().catch((e: unknown) => log.error({ error: e instanceof Error ? e.message : String(e) }, 'the control plane could not start'))
  if (port === undefined) {
    process.stderr.write(`The window is at ${gateway.sessionUrl}\n`)
    if (options.local.open) await openBrowser(gateway.sessionUrl, log)
  }
  await starting
}

async function openBrowser(url: string, log: Log): Promise<void> {
  const { spawn } = await import('node:child_process')
  const [command, args]: [string, string[]] =
    process.platform === 'darwin' ? ['open', [url]] : process.platform === 'win32' ? ['rundll32', ['url.dll,FileProtocolHandler', url]] : ['xdg-open', [url]]
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.once('error', () => log.warn({}, `no browser could be opened here: open the address above by hand (${command} is missing)`))
  child.unref()
}
