import type { LevelVersion, Mode } from '../apis/pod-security/policy.ts'
import { Counters, metricSource, type MetricSource } from '../machinery/metrics.ts'
import type { AdmissionAttributes } from './contract.ts'
import type { PodSecurityObserver } from './pod-security.ts'

type Request = Pick<AdmissionAttributes, 'operation' | 'resource' | 'subresource'>

/** The metrics of PodSecurity under kube-apiserver's names (k8s.io/pod-security-admission `metrics`). */
export class PodSecurityMetrics implements PodSecurityObserver {
  readonly #evaluations = new Counters()
  readonly #exemptions = new Counters()
  readonly #errors = new Counters()
  readonly #minor: number

  /** @param minor of the API's version: later ones are not told apart, since whoever writes labels may ask for any */
  constructor(minor: number) {
    this.#minor = minor
    // What is most often counted is there from the start, as upstream has it.
    for (const operation of ['CREATE', 'UPDATE'] as const) {
      this.#evaluate(true, { level: 'privileged', version: 'latest' }, 'enforce', { ...POD, operation }, 0)
      for (const resource of [POD, CONTROLLER]) this.#exemptions.add(labelsOf({ ...resource, operation }), 0)
    }
  }

  evaluated(allowed: boolean, policy: LevelVersion, mode: Mode, request: Request): void {
    this.#evaluate(allowed, policy, mode, request, 1)
  }
  exempted(request: Request): void {
    this.#exemptions.add(labelsOf(request))
  }
  failed(fatal: boolean, request: Request): void {
    this.#errors.add({ fatal: String(fatal), ...labelsOf(request) })
  }

  #evaluate(allowed: boolean, policy: LevelVersion, mode: Mode, request: Request, by: number): void {
    const decision = allowed ? 'allow' : 'deny'
    this.#evaluations.add({ decision, mode, policy_level: policy.level, policy_version: this.#versionOf(policy), ...labelsOf(request) }, by)
  }

  #versionOf({ level, version }: LevelVersion): string {
    if (version === 'latest' || level === 'privileged') return 'latest'
    return version > this.#minor ? 'future' : `v1.${version}`
  }

  /** To be registered with a prom-client registry. */
  sources(): MetricSource[] {
    const source = (name: string, help: string, of: Counters): MetricSource =>
      metricSource(`pod_security_${name}`, 'counter', `[ALPHA] ${help}`, () => of.samples())
    return [
      source(
        'evaluations_total',
        'Number of policy evaluations that occurred, not counting ignored or exempt requests.',
        this.#evaluations,
      ),
      source('exemptions_total', 'Number of exempt requests, not counting ignored or out of scope requests.', this.#exemptions),
      source(
        'errors_total',
        'Number of errors preventing normal evaluation. Non-fatal errors may result in the latest restricted profile being used for evaluation.',
        this.#errors,
      ),
    ]
  }
}

const RESOURCE = { version: 'v1', namespaced: true }
const POD = { resource: { ...RESOURCE, group: '', resource: 'pods' }, subresource: '' }
const CONTROLLER = { resource: { ...RESOURCE, group: 'apps', resource: 'replicasets' }, subresource: '' }
const SHOWN: Readonly<Record<string, string>> = { 'pods.': 'pod', 'namespaces.': 'namespace' }

function labelsOf({ operation, resource: { group, resource }, subresource }: Request): Record<string, string> {
  return { request_operation: operation.toLowerCase(), resource: SHOWN[`${resource}.${group}`] ?? 'controller', subresource }
}
