import { Counters, metricSource, type MetricSource } from '../../machinery/metrics.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { readCertificate } from '../../machinery/x509/certificate.ts'
import { decodePem } from '../../machinery/x509/pem.ts'
import type { Reservation, StrategyContext } from '../generic/strategy.ts'

interface Signed {
  readonly spec: { readonly signerName?: string; readonly expirationSeconds?: number }
  readonly status?: { readonly certificate?: string }
}

const certificateOf = (r: Signed): string => r.status?.certificate ?? ''

/** For what signers set back their clocks, in milliseconds. */
const BACKDATING = 5 * 60_000

/**
 * How many signed requests had asked for a duration, and how many got it, under kube-apiserver's names (kubernetes
 * `registry/certificates/certificates/storage/metrics.go`).
 */
export class RequestedDurations {
  readonly #requested = new Counters()
  readonly #honored = new Counters()

  /** For the writes of the status, by which a signer hands the certificate over. */
  readonly beginStatusUpdate = (obj: KubeObject, old: KubeObject, { dryRun }: StrategyContext): Promise<Reservation> => {
    const commit = (): Promise<void> => {
      if (!dryRun) this.#count(old as unknown as Signed, certificateOf(obj as unknown as Signed))
      return Promise.resolve()
    }
    return Promise.resolve({ commit, undo: () => Promise.resolve() })
  }

  #count(old: Signed, certificate: string): void {
    const { signerName: name = '', expirationSeconds } = old.spec
    if (certificateOf(old) !== '' || expirationSeconds === undefined || certificate === '') return
    const signerName = name.startsWith('kubernetes.io/') ? name : 'other'
    this.#requested.add({ signerName })
    const wanted = expirationSeconds * 1000
    const block = decodePem(Buffer.from(certificate, 'base64').toString('latin1'))
    if (block === undefined) return
    const { notBefore, notAfter } = readCertificate(block.der)
    if (Math.abs(wanted - (notAfter - notBefore)) < BACKDATING + wanted / 20) this.#honored.add({ signerName })
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const of = (name: string, what: string, counters: Counters): MetricSource =>
      metricSource(
        `apiserver_certificates_registry_csr_${name}_duration_total`,
        'counter',
        `[ALPHA] Total number of issued CSRs with a requested duration${what}, sliced by signer (only kubernetes.io signer names are specifically identified)`,
        () => counters.samples(),
      )
    return [of('requested', '', this.#requested), of('honored', ' that was honored', this.#honored)]
  }
}
