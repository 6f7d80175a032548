import { Buckets, metricSource, type MetricSource, type Sample } from '../machinery/metrics.ts'
import { PodSecurityMetrics } from './pod-security-metrics.ts'
import type { Admission, AdmissionAttributes, AdmissionPlugin } from './contract.ts'

type Operation = AdmissionAttributes['operation']
type Type = 'admit' | 'validate'
type Step = (attributes: AdmissionAttributes) => void | Promise<void>

const BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5]

const [C, U, D, X] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const
/** The operations that upstream asks each plugin about (the argument of `admission.NewHandler`); ours are asked about all. */
const ASKED: Readonly<Record<string, readonly Operation[]>> = {
  AlwaysPullImages: [C, U],
  CertificateApproval: [U],
  CertificateSigning: [U],
  CertificateSubjectRestriction: [C],
  ClusterTrustBundleAttest: [C, U],
  DefaultIngressClass: [C],
  DefaultStorageClass: [C],
  DefaultTolerationSeconds: [C, U],
  DenyServiceExternalIPs: [C, U],
  EventRateLimit: [C, U],
  ExtendedResourceToleration: [C, U],
  ImagePolicyWebhook: [C, U],
  LimitPodHardAntiAffinityTopology: [C, U],
  LimitRanger: [C, U],
  MutatingAdmissionWebhook: [X, C, D, U],
  NamespaceAutoProvision: [C],
  NamespaceExists: [C, U, D],
  NamespaceLifecycle: [C, U, D],
  NodeDeclaredFeatureValidator: [C, U],
  NodeRestriction: [C, U, D],
  OwnerReferencesPermissionEnforcement: [C, U],
  PersistentVolumeClaimResize: [U],
  PodNodeSelector: [C],
  PodResizeValidator: [U],
  PodSecurity: [C, U],
  PodTolerationRestriction: [C, U],
  PodTopologyLabels: [C],
  Priority: [C, U, D],
  ResourceQuota: [C, U],
  RuntimeClass: [C],
  ServiceAccount: [C, U],
  StorageObjectInUseProtection: [C],
  TaintNodesByCondition: [C],
  ValidatingAdmissionWebhook: [X, C, D, U],
}

/** Durations by operation, and by whether the request was refused. */
class Durations {
  readonly #accepted = new Map<Operation, Buckets>()
  readonly #rejected = new Map<Operation, Buckets>()

  observe(operation: Operation, isRejected: boolean, started: number): void {
    const of = isRejected ? this.#rejected : this.#accepted
    let buckets = of.get(operation)
    if (buckets === undefined) of.set(operation, (buckets = new Buckets(BUCKETS)))
    buckets.observe((performance.now() - started) / 1000)
  }

  samples(metric: string, labels: Record<string, string>): Sample[] {
    return [this.#accepted, this.#rejected].flatMap((of, i) =>
      [...of].flatMap(([operation, buckets]) => buckets.samples(metric, { ...labels, operation, rejected: String(i === 1) })),
    )
  }
}

function timed(step: Step, durations: Durations, asked?: readonly Operation[]): Step {
  return (attributes) => {
    const { operation } = attributes
    if (asked?.includes(operation) === false) return step(attributes)
    const started = performance.now()
    let waiting: void | Promise<void>
    try {
      waiting = step(attributes)
    } catch (e) {
      durations.observe(operation, true, started)
      throw e
    }
    if (waiting === undefined) return durations.observe(operation, false, started)
    return waiting.then(
      () => durations.observe(operation, false, started),
      (e: unknown) => {
        durations.observe(operation, true, started)
        throw e
      },
    )
  }
}

/** How long admission takes, by plugin and in all, under kube-apiserver's names (apiserver `admission/metrics`). */
export class AdmissionMetrics {
  readonly podSecurity: PodSecurityMetrics
  readonly #plugins: { readonly name: string; readonly type: Type; readonly durations: Durations }[] = []
  readonly #steps: Readonly<Record<Type, Durations>> = { admit: new Durations(), validate: new Durations() }

  /** @param minor of the API's version */
  constructor(minor: number) {
    this.podSecurity = new PodSecurityMetrics(minor)
  }

  /** The same plugin, timed where upstream would ask it. */
  observed(plugin: AdmissionPlugin): AdmissionPlugin {
    const { name } = plugin
    const asked = Object.hasOwn(ASKED, name) ? ASKED[name]! : []
    const of = (type: Type, step: Step | undefined): Step | undefined => {
      if (step === undefined || asked.length === 0) return step?.bind(plugin)
      const durations = new Durations()
      this.#plugins.push({ name, type, durations })
      return timed(step.bind(plugin), durations, asked)
    }
    const [mutate, validate] = [of('admit', plugin.mutate), of('validate', plugin.validate)]
    return { name, ...(mutate === undefined ? {} : { mutate }), ...(validate === undefined ? {} : { validate }) }
  }

  /** All plugins as one. */
  inAll({ mutate, validate }: Admission): Admission {
    return { mutate: timed(mutate, this.#steps.admit), validate: timed(validate, this.#steps.validate) }
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const controller = 'apiserver_admission_controller_admission_duration_seconds'
    const step = 'apiserver_admission_step_admission_duration_seconds'
    return [
      ...this.podSecurity.sources(),
      metricSource(
        controller,
        'histogram',
        '[STABLE] Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
        () => this.#plugins.flatMap(({ name, type, durations }) => durations.samples(controller, { name, type })),
      ),
      metricSource(
        step,
        'histogram',
        '[STABLE] Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).',
        () => (['admit', 'validate'] as const).flatMap((type) => this.#steps[type].samples(step, { type })),
      ),
    ]
  }
}
