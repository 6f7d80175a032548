import { Counters, Histograms, metricSource, type MetricSource } from '../machinery/metrics.ts'
import { isNamedByCommonName } from '../machinery/server-identity.ts'
import type { PeerCertificate } from 'node:tls'

/** Hears of requests that this server has sent. */
export interface ClientObserver {
  /** Once its answer begins. */
  answered(host: string, status: number, seconds: number): void
  /** Whatever came of it. */
  sent(host: string, bytes: number): void
  /** The answer has been read. */
  read(host: string, bytes: number): void
  /** It came to none. */
  failed(host: string, servername: string, error: NodeJS.ErrnoException, seconds: number): void
}

const BOUNDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]
/** 64 bytes to 16 MB. */
const SIZES = [64, 256, 512, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216]
const DURATION = 'rest_client_request_duration_seconds'
/** OpenSSL on signatures that it does not take for safe any more. */
const WEAK_SIGNATURE = new Set(['CA_MD_TOO_WEAK', 'EE_MD_TOO_WEAK', 'ERR_SSL_CA_MD_TOO_WEAK', 'ERR_SSL_EE_MD_TOO_WEAK'])

const isMissingSan = (servername: string, { code, cert }: NodeJS.ErrnoException & { cert?: PeerCertificate }): boolean =>
  code === 'ERR_TLS_CERT_ALTNAME_INVALID' &&
  cert !== undefined &&
  (cert.subjectaltname ?? '') === '' &&
  isNamedByCommonName(servername, cert)

/** What is asked of webhooks, under the names of client-go and of apiserver's `webhook.NewDefaultAuthenticationInfoResolverWrapper`. */
export class ClientMetrics implements ClientObserver {
  readonly #requests = new Counters()
  readonly #seconds = new Histograms(BOUNDS)
  readonly #requestBytes = new Histograms(SIZES)
  readonly #answerBytes = new Histograms(SIZES)
  #missingSan = 0
  #weakSignatures = 0

  answered(host: string, status: number, seconds: number): void {
    this.#observe(host, String(status), seconds)
  }

  sent(host: string, bytes: number): void {
    this.#requestBytes.observe({ verb: 'POST', host }, bytes)
  }

  read(host: string, bytes: number): void {
    this.#answerBytes.observe({ verb: 'POST', host }, bytes)
  }

  failed(host: string, servername: string, error: NodeJS.ErrnoException, seconds: number): void {
    this.#observe(host, '<error>', seconds)
    if (isMissingSan(servername, error)) this.#missingSan++
    if (WEAK_SIGNATURE.has(error.code ?? '')) this.#weakSignatures++
  }

  #observe(host: string, code: string, seconds: number): void {
    this.#requests.add({ code, method: 'POST', host })
    this.#seconds.observe({ verb: 'POST', host }, seconds)
  }

  sources(): MetricSource[] {
    const one = (name: string, help: string, value: () => number): MetricSource =>
      metricSource(name, 'counter', help, () => [{ labels: {}, value: value() }])
    const sizes = (what: string, shown: string, histograms: Histograms): MetricSource => {
      const name = `rest_client_${what}_size_bytes`
      const help = `[ALPHA] ${shown} size in bytes. Broken down by verb and host.`
      return metricSource(name, 'histogram', help, () => histograms.samples(name))
    }
    const either = (what: string, failures: string): string =>
      `[BETA] Counts the number of requests to servers ${what} OR the number of connection failures due to the ${failures} (either/or, based on the runtime environment)`
    return [
      metricSource(
        'rest_client_requests_total',
        'counter',
        '[ALPHA] Number of HTTP requests, partitioned by status code, method, and host.',
        () => this.#requests.samples(),
      ),
      metricSource(DURATION, 'histogram', '[ALPHA] Request latency in seconds. Broken down by verb, and host.', () =>
        this.#seconds.samples(DURATION),
      ),
      sizes('request', 'Request', this.#requestBytes),
      sizes('response', 'Response', this.#answerBytes),
      one(
        'apiserver_webhooks_x509_missing_san_total',
        either('missing SAN extension in their serving certificate', 'lack of x509 certificate SAN extension missing'),
        () => this.#missingSan,
      ),
      one(
        'apiserver_webhooks_x509_insecure_sha1_total',
        either('with insecure SHA1 signatures in their serving certificate', 'insecure SHA1 signatures'),
        () => this.#weakSignatures,
      ),
    ]
  }
}
