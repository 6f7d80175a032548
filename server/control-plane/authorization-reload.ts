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

const PREFIX = 'apiserver_authorization_config_controller_automatic_reload'
const INTERVAL_MS = 60_000

/**
 * Reads the AuthorizationConfiguration again when it has changed (kubeapiserver `authorizer/reload.go`). What is wrong with it is told, and
 * who decided before goes on.
 */
export class AuthorizationReload {
  readonly #file: ChangingFile
  readonly #total = new Counters()
  readonly #last = new Map<string, number>()
  readonly #clock: Clock

  constructor(
    file: AuthorizationFile,
    use: (authorizers: readonly ConfiguredAuthorizer[]) => void,
    { clock, log }: { clock: Clock; log: Log },
  ) {
    this.#clock = clock
    this.#file = new ChangingFile(file.path, {
      ...{ clock, intervalMs: INTERVAL_MS },
      changed: () => {
        use(file.read())
        this.#count('success')
        log.info({ file: file.path }, 'the authorization configuration has been read again')
      },
      failed: ({ message: error }) => {
        this.#count('failure')
        log.error({ file: file.path, error }, 'the authorization configuration cannot be read again; what it was goes on')
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
    const seconds = (): { labels: { status: string }; value: number }[] =>
      [...this.#last].map(([status, value]) => ({ labels: { status }, value }))
    return [
      metricSource(`${PREFIX}s_total`, 'counter', 'How often the authorization configuration was read again, by status.', () =>
        this.#total.samples(),
      ),
      metricSource(`${PREFIX}_last_timestamp_seconds`, 'gauge', 'When it was read again last, by status.', seconds),
    ]
  }

  #count(status: 'success' | 'failure'): void {
    this.#total.add({ status })
    this.#last.set(status, this.#clock.now() / 1000)
  }
}
