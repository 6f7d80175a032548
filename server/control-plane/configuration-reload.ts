import type { ConfiguredAuthorizer } from '../authz/modes.ts'
import { ChangingFile } from '../machinery/changing-file.ts'
import type { Clock } from '../machinery/clock.ts'
import type { Log } from '../machinery/log.ts'
import { Counters, metricSource, type MetricSource } from '../machinery/metrics.ts'

/** The file that says who decides, and how it is read. */
export interface AuthorizationFile {
  readonly path: string
  /** @throws Error of one sentence */
  read(): readonly ConfiguredAuthorizer[]
}

/** The file that says who is let in without credentials. */
export interface AuthenticationFile {
  readonly path: string
  /** Throws an Error of one sentence for what the file may not say now. */
  check(): void
}

const INTERVAL_MS = 60_000

interface Dependencies {
  readonly clock: Clock
  readonly log: Log
}

/** Those of the files that the server was given. @param use who decides from now on */
export function configurationReloads(
  { authorizationFile, authenticationFile }: { authorizationFile?: AuthorizationFile; authenticationFile?: AuthenticationFile },
  use: (authorizers: readonly ConfiguredAuthorizer[]) => void,
  d: Dependencies,
): ConfigurationReload[] {
  const decides =
    authorizationFile && new ConfigurationReload('authorization', authorizationFile.path, () => use(authorizationFile.read()), d)
  const logsIn =
    authenticationFile && new ConfigurationReload('authentication', authenticationFile.path, () => authenticationFile.check(), d)
  return [decides, logsIn].filter((reload) => reload !== undefined)
}

/**
 * Reads a configuration again when it has changed (kubeapiserver `authorizer/reload.go`, `options/authentication.go`). What is wrong with it
 * is told, and what it said before goes on.
 */
export class ConfigurationReload {
  readonly #what: 'authorization' | 'authentication'
  readonly #file: ChangingFile
  readonly #total = new Counters()
  readonly #last = new Map<string, number>()
  readonly #clock: Clock

  /** @param reload reads it and does what it says; may throw */
  constructor(what: 'authorization' | 'authentication', file: string, reload: () => void, { clock, log }: Dependencies) {
    this.#what = what
    this.#clock = clock
    this.#file = new ChangingFile(file, {
      ...{ clock, intervalMs: INTERVAL_MS },
      changed: () => {
        reload()
        this.#count('success')
        log.info({ file }, `the ${what} configuration has been read again`)
      },
      failed: ({ message: error }) => {
        this.#count('failure')
        log.error({ file, error }, `the ${what} configuration cannot be read again; what it was goes on`)
      },
    })
  }

  /** Looks now. */
  look(): void {
    this.#file.look()
  }

  stop(): void {
    this.#file.stop()
  }

  sources(): MetricSource[] {
    const prefix = `apiserver_${this.#what}_config_controller_automatic_reload`
    const seconds = (): { labels: { status: string }; value: number }[] =>
      [...this.#last].map(([status, value]) => ({ labels: { status }, value }))
    return [
      metricSource(`${prefix}s_total`, 'counter', `How often the ${this.#what} configuration was read again, by status.`, () =>
        this.#total.samples(),
      ),
      metricSource(`${prefix}_last_timestamp_seconds`, 'gauge', 'When it was read again last, by status.', seconds),
    ]
  }

  #count(status: 'success' | 'failure'): void {
    this.#total.add({ status })
    this.#last.set(status, this.#clock.now() / 1000)
  }
}
