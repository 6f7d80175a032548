import { Buckets, metricSource, type MetricSource } from '../machinery/metrics.ts'

/** The default buckets of Prometheus' client, in seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** How long work took that may pause: its pauses do not count. */
export class Timing {
  readonly #buckets: Buckets
  #ms = 0

  constructor(buckets: Buckets) {
    this.#buckets = buckets
  }

  time<T>(part: () => T): T {
    const started = performance.now()
    try {
      return part()
    } finally {
      this.#ms += performance.now() - started
    }
  }

  end(): void {
    this.#buckets.observe(this.#ms / 1000)
  }
}

/** The rules of custom resources, under kube-apiserver's names (apiserver `pkg/cel/metrics`): like those, of the whole process. */
class RuleMetrics {
  readonly #compilations = new Buckets(BOUNDS)
  readonly #evaluations = new Buckets(BOUNDS)

  /** All rules of one schema, without those of the schemas in it. */
  compiling(): Timing {
    return new Timing(this.#compilations)
  }

  /** All rules of one value. */
  evaluating(): Timing {
    return new Timing(this.#evaluations)
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const of = (what: string, help: string, buckets: Buckets): MetricSource => {
      const name = `apiserver_cel_${what}_duration_seconds`
      return metricSource(name, 'histogram', `[BETA] ${help}`, () => buckets.samples(name, {}))
    }
    return [
      of('compilation', 'CEL compilation time in seconds.', this.#compilations),
      of('evaluation', 'CEL evaluation time in seconds.', this.#evaluations),
    ]
  }
}

export const ruleMetrics = new RuleMetrics()
