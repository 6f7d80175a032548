import { fileURLToPath } from 'node:url'
import { administrator } from './authn/components.ts'
import type { Gateway, GatewayOptions } from './gateway/contract.ts'
import { startGateway } from './gateway/gateway.ts'
import { InProcessControl } from './gateway/local-control.ts'
import { connectShell, inShell, openedElsewhere, takeShellSecret, tellLocal } from './gateway/shell.ts'
import type { Log } from './machinery/log.ts'
import type { Clock } from './machinery/clock.ts'
import { makeWritableFolder } from './machinery/folders.ts'
import { shellQuote } from './machinery/shell-quote.ts'
import { usable } from './usable.ts'
import { dataDir, ownKubeconfig } from './options/paths.ts'
import type { Options } from './options/parse.ts'
import { openBrowser } from './desktop/browser.ts'
import { claimInstance } from './desktop/instance.ts'
import { firstFree, gatewayPorts, isFree, recallPorts, rememberPorts, securePorts } from './desktop/ports.ts'

/** Where the log and errors that nobody caught go, once somebody is there for them. */
export interface Hooks {
  listen?: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
  failed?: (e: Error) => void
}

export interface WindowDependencies {
  clock: Clock
  log: Log
  hooks: Hooks
  /** Ends the process in order on signals; returns what a shell calls for the same. */
  endWith(close: () => Promise<void>): () => void
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/**
 * The control plane with its window: one on each data folder. Ports that nobody chose are free ones, and the same at the next start.
 * Rejects with a sentence when it cannot be.
 */
export async function runWindow(options: Options, given: ReadonlySet<string>, deps: WindowDependencies): Promise<void> {
  const { clock, log, hooks } = deps
  const secret = takeShellSecret()
  const folder = dataDir(options)
  usable(`--data-dir: ${folder}`, () => makeWritableFolder(folder, 0o700))
  const instance = await claimInstance(folder, clock)
  if ('url' in instance) {
    if (options.local.open || inShell()) await openBrowser(instance.url, folder, clock, log)
    say(`Binnacle runs already on the data folder ${folder}. Its window is at ${instance.url}`)
    openedElsewhere()
    process.exit(0)
  }
  const { bindAddress, securePort } = options.serving
  // A shell shows the window, and the window the reason.
  if (given.has('secure-port') && securePort !== 0 && !inShell() && !(await isFree(securePort, bindAddress))) {
    throw new Error(
      `--secure-port ${securePort}: ${bindAddress}:${securePort} is in use by another program; choose another port, or leave the flag out to have a free one taken`,
    )
  }
  let told = ''
  const control = new InProcessControl({
    store: options.storage.etcdServers.length > 0 ? 'etcd' : 'sqlite',
    kubeconfig: ownKubeconfig(options),
    clock,
    changed: (status) => tellLocal(status),
    async boot() {
      // The larger part of the program: read once the window has an address, while a browser opens that.
      const { startHost } = await import('./host.ts')
      const remembered = recallPorts(folder).securePort
      const port = given.has('secure-port') ? securePort : await firstFree(securePorts(remembered, securePort), bindAddress)
      const host = await startHost({ ...options, serving: { ...options.serving, securePort: port } }, { clock, log })
      if (!given.has('secure-port')) {
        const wanted = remembered ?? securePort
        if (host.api.port !== wanted) {
          const moved = `port ${wanted} is in use by another program: the API server is at ${host.api.url}, and will be at the next start`
          log.warn({}, moved)
        }
        rememberPorts(folder, { securePort: host.api.port })
      }
      process.stdout.write(`ready ${host.api.url}\n`)
      const line = `kubectl --kubeconfig ${shellQuote(ownKubeconfig(options))} get nodes`
      if (!inShell() && told !== line) say(`kubectl reaches it with: ${(told = line)}`)
      const failed = Promise.race([host.failed, new Promise<never>((_, reject) => (hooks.failed = reject))])
      return { url: host.api.url, reach: { transport: host.api.transport(administrator) }, failed, close: () => host.close() }
    },
  })
  hooks.listen = (level, message) => control.record(level, message)
  const gateway = await listenForWindow(options.local.gatewayPort, folder, {
    local: control,
    staticDir: fileURLToPath(new URL('../renderer/', import.meta.url)),
    launchToken: instance.token,
    clock,
    log: { info: (m) => log.info({}, m), warn: (m) => log.warn({}, m) },
    ...(secret === undefined ? {} : { secret }),
  })
  instance.publish(gateway.url)
  let removePage = (): void => {}
  const shutdown = deps.endWith(async () => {
    removePage()
    await gateway.close()
    await control.stop()
    instance.release()
  })
  const shell = connectShell(gateway, control, shutdown)
  if (!shell) say(`The window is at ${gateway.sessionUrl}`)
  // The window opens at once and shows the start; a failed one it can explain and try again.
  const starting = control
    .start()
    .catch((e: unknown) => log.error({ error: e instanceof Error ? e.message : String(e) }, 'the control plane could not start'))
  if (!shell && options.local.open) removePage = await openBrowser(gateway.sessionUrl, folder, clock, log)
  await starting
}

/** `chosen` is the flag's value: 0 lets the port be the remembered one. */
async function listenForWindow(chosen: number, folder: string, options: Omit<GatewayOptions, 'port'>): Promise<Gateway> {
  const port = chosen !== 0 ? chosen : await firstFree(gatewayPorts(recallPorts(folder).gatewayPort), '127.0.0.1')
  const gateway = await startGateway({ ...options, port })
  if (chosen === 0) rememberPorts(folder, { gatewayPort: gateway.port })
  return gateway
}
