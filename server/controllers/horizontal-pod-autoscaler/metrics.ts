import type { CrossVersionObjectReference } from '../../client/objects-autoscaling.ts'
import { queryString } from '../../client/resource.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../machinery/labels.ts'
import { milliValue, parseJsonQuantity } from '../../machinery/quantity.ts'
import { isStatusError } from '../../machinery/status.ts'
import { parseApiVersion } from '../../machinery/types.ts'
import { messageOf, type ControllerContext } from '../controller.ts'
import type { Scales } from '../scales.ts'

/** One pod's metric: thousandths, of the window (ms) before its time. */
export interface PodMetric {
  at: number
  windowMs: number
  value: number
}

const DEFAULT_WINDOW_MS = 60_000
const milli = (quantity: string | number): number => Number(milliValue(parseJsonQuantity(quantity)))

interface PodMetrics {
  metadata: { name: string }
  timestamp: string
  window: string
  containers?: { name: string; usage: Record<string, string> }[]
}

interface MetricValue {
  describedObject?: { name: string }
  timestamp: string
  windowSeconds?: number
  window?: number
  value: string
}

/** `15s`, `1m0s`, `15.003s` to ms. */
function windowOf(text: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?$/.exec(text) ?? []
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
}

const selectorText = (selector: LabelSelectorObject | undefined): string | undefined => selectorFromObject(selector)?.toString()

/** Metrics as the API has them: resource, custom and external ones, each where something serves it. */
export class Metrics {
  readonly #ctx: Pick<ControllerContext, 'client' | 'signal'>
  readonly #scales: Scales

  constructor(ctx: Pick<ControllerContext, 'client' | 'signal'>, scales: Scales) {
    this.#ctx = ctx
    this.#scales = scales
  }

  async #items<T>(path: string, api: string, what: string, one = false): Promise<T[]> {
    let items: T[]
    try {
      const { client, signal } = this.#ctx
      const answer = await client.raw({ method: 'GET', path, headers: { accept: 'application/json' }, signal })
      const body = JSON.parse(answer.body.toString('utf8')) as { items?: T[] }
      items = body.items ?? []
      if (one && items.length !== 1) {
        throw new Error(`the custom metrics API server returned ${items.length} results when we asked for exactly one`)
      }
    } catch (e) {
      const unserved = isStatusError(e, 'NotFound') && e.status.details?.name === undefined
      const why = unserved ? `the server could not find the requested resource (get ${what})` : messageOf(e)
      throw new Error(`unable to fetch metrics from ${api} metrics API: ${why}`, { cause: e })
    }
    if (items.length === 0) throw new Error(`no metrics returned from ${api} metrics API`)
    return items
  }

  /** By pod name; of one container where one is named. A pod that lacks the resource is left out. */
  async resource(resource: string, namespace: string, selector: string, container: string): Promise<Map<string, PodMetric>> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/pods${queryString({ labelSelector: selector })}`
    const found = new Map<string, PodMetric>()
    for (const { metadata, timestamp, window, containers = [] } of await this.#items<PodMetrics>(path, 'resource', 'pods.metrics.k8s.io')) {
      const counted = container === '' ? containers : containers.filter((c) => c.name === container)
      const usages = counted.map((c) => c.usage[resource])
      if (usages.length === 0 || usages.includes(undefined)) continue
      const value = usages.reduce((sum, u) => sum + milli(u!), 0)
      found.set(metadata.name, { at: Date.parse(timestamp), windowMs: windowOf(window), value })
    }
    return found
  }

  async pods(
    metric: string,
    namespace: string,
    selector: string,
    metricSelector: LabelSelectorObject | undefined,
  ): Promise<Map<string, PodMetric>> {
    const values = await this.#custom(`namespaces/${encodeURIComponent(namespace)}/pods/*`, metric, metricSelector, selector)
    const ms = (v: MetricValue): number => (v.windowSeconds ?? v.window ?? DEFAULT_WINDOW_MS / 1000) * 1000
    return new Map(
      values.map((v) => [v.describedObject?.name ?? '', { at: Date.parse(v.timestamp), windowMs: ms(v), value: milli(v.value) }]),
    )
  }

  async object(
    metric: string,
    namespace: string,
    about: CrossVersionObjectReference,
    metricSelector: LabelSelectorObject | undefined,
  ): Promise<number> {
    const { group = '', version = '' } = parseApiVersion(about.apiVersion ?? 'v1') ?? {}
    const ns = encodeURIComponent(namespace)
    const isNamespace = group === '' && about.kind === 'Namespace'
    const id = isNamespace ? undefined : await this.#scales.resourceOf(group, version, about.kind)
    const resource = id === undefined ? '' : group === '' ? id.resource : `${id.resource}.${group}`
    const path = isNamespace ? `namespaces/${ns}/metrics` : `namespaces/${ns}/${resource}/${encodeURIComponent(about.name)}`
    const [value] = await this.#custom(path, metric, metricSelector, undefined, true)
    return milli(value!.value)
  }

  async external(metric: string, namespace: string, selector: LabelSelectorObject | undefined): Promise<number[]> {
    const query = queryString({ labelSelector: selectorText(selector) })
    const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(metric)}${query}`
    return (await this.#items<MetricValue>(path, 'external', `${metric}.external.metrics.k8s.io`)).map((v) => milli(v.value))
  }

  #custom(
    objects: string,
    metric: string,
    metricSelector: LabelSelectorObject | undefined,
    labelSelector?: string,
    one = false,
  ): Promise<MetricValue[]> {
    const query = queryString({ labelSelector, metricLabelSelector: selectorText(metricSelector) })
    const path = `/apis/custom.metrics.k8s.io/v1beta2/${objects}/${encodeURIComponent(metric)}${query}`
    return this.#items<MetricValue>(path, 'custom', `${metric}.custom.metrics.k8s.io`, one)
  }
}
