import { Counters, metricSource, type MetricSource } from '../../machinery/metrics.ts'

/** Streams into containers, under kube-apiserver's names (apiserver `util/proxy/metrics`). */
export class StreamMetrics {
  readonly #translated = new Counters()
  readonly #tunnelled = new Counters()
  readonly #routed = new Counters()

  /** Commands whose WebSocket became SPDY here, by what came of it. */
  translated(code: number): void {
    this.#translated.add({ code: String(code) })
  }
  tunnelled(code: number): void {
    this.#tunnelled.add({ code: String(code) })
  }
  /** Which way a request goes, should it be one for a WebSocket. */
  routed(subresource: string, toKubelet: boolean): void {
    this.#routed.add({ subresource, proxy_type: toKubelet ? 'proxied_to_kubelet' : 'translated_at_apiserver' })
  }

  sources(): MetricSource[] {
    const counter = (name: string, help: string, of: Counters): MetricSource =>
      metricSource(`apiserver_${name}`, 'counter', `[ALPHA] ${help}`, () => of.samples())
    return [
      counter(
        'stream_translator_requests_total',
        'Total number of requests that were handled by the StreamTranslatorProxy, which processes streaming RemoteCommand/V5',
        this.#translated,
      ),
      counter(
        'stream_tunnel_requests_total',
        'Total number of requests that were handled by the StreamTunnelProxy, which processes streaming PortForward/V2',
        this.#tunnelled,
      ),
      counter(
        'websocket_streaming_requests_total',
        'Total number of WebSocket streaming requests (exec/attach/portforward) routed by the API server, labeled by subresource and proxy_type. proxy_type is proxied_to_kubelet when the kubelet handles the request directly; otherwise translated_at_apiserver.',
        this.#routed,
      ),
    ]
  }
}
