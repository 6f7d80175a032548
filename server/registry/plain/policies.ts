import { copyJson } from '../../machinery/copy-json.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Strategy } from '../generic/strategy.ts'
import { fill, fillZero, made, objectAt, objectsAt, type Json } from './fill.ts'

/** Defaults of network policies, autoscalers, roles, admission and flow control (the groups' v1 defaults). */
const RBAC = 'rbac.authorization.k8s.io'

const networkPolicy: Strategy = {
  default(obj) {
    const spec = made(obj, 'spec')
    spec.podSelector ??= {}
    for (const rule of [...objectsAt(spec, 'ingress'), ...objectsAt(spec, 'egress')]) {
      for (const port of objectsAt(rule, 'ports')) fill(port, { protocol: 'TCP' })
    }
    const types = spec.policyTypes as unknown[] | undefined
    if (!types?.length) spec.policyTypes = objectsAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
  },
}

const ingressClass: Strategy = {
  default: (obj) => fill(objectAt(obj, 'spec.parameters'), { scope: 'Cluster' }),
}

const PERIOD = 15
const SCALE_UP = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: PERIOD },
    { type: 'Percent', value: 100, periodSeconds: PERIOD },
  ],
}
const SCALE_DOWN = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: PERIOD }] }
const CPU = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }

const autoscaler: Strategy = {
  default(obj) {
    const spec = made(obj, 'spec')
    fill(spec, { minReplicas: 1 })
    if (objectsAt(spec, 'metrics').length === 0) spec.metrics = [copyJson(CPU)]
    const behavior = objectAt(spec, 'behavior')
    if (behavior === undefined) return
    fill(made(behavior, 'scaleUp'), SCALE_UP)
    fill(made(behavior, 'scaleDown'), SCALE_DOWN)
  },
}

/** Its generation is set and never counted. */
const priorityClass: Strategy = {
  generation: false,
  prepareForCreate: (obj) => void (obj.metadata.generation = 1),
  default: (obj) => fill(obj as Json, { preemptionPolicy: 'PreemptLowerPriority' }),
}

const binding: Strategy = {
  default(obj) {
    fillZero(objectAt(obj, 'roleRef'), { apiGroup: RBAC })
    for (const s of objectsAt(obj, 'subjects')) if (s.kind === 'User' || s.kind === 'Group') fillZero(s, { apiGroup: RBAC })
  },
}

const SERVICE_PORT = { port: 443 }

const apiService: Strategy = {
  generation: false,
  default: (obj) => fill(objectAt(obj, 'spec.service'), SERVICE_PORT),
}

function defaultDefinitionStatus(obj: KubeObject): void {
  const status = made(obj, 'status')
  const stored = objectsAt(obj, 'spec.versions').find((v) => v.storage === true)
  if (!(status.storedVersions as unknown[] | undefined)?.length) status.storedVersions = stored === undefined ? [] : [stored.name]
  status.conditions ??= null
  fill(status, { acceptedNames: { plural: '', kind: '' } })
}

/** In their stored version, which differs from v1 in other places. */
const customResource: Strategy = {
  default(obj) {
    const spec = made(obj, 'spec')
    const names = made(spec, 'names')
    const kind = typeof names.kind === 'string' ? names.kind : ''
    fillZero(names, { singular: kind.toLowerCase(), ...(kind === '' ? {} : { listKind: `${kind}List` }) })
    fill(spec, { conversion: { strategy: 'None' } })
    defaultDefinitionStatus(obj)
  },
  prepareForCreate(obj) {
    obj.status = {}
    defaultDefinitionStatus(obj)
  },
}

const HOOK = { failurePolicy: 'Fail', matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {}, timeoutSeconds: 10 }

const webhooks = (more: Readonly<Json>): Strategy => ({
  generation: true,
  default(obj) {
    for (const hook of objectsAt(obj, 'webhooks')) {
      fill(hook, { ...HOOK, ...more })
      fill(objectAt(hook, 'clientConfig.service'), SERVICE_PORT)
      for (const rule of objectsAt(hook, 'rules')) fill(rule, { scope: '*' })
    }
  },
})

function defaultMatch(match: Json | undefined): void {
  fill(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} })
  for (const field of ['resourceRules', 'excludeResourceRules']) for (const rule of objectsAt(match, field)) fill(rule, { scope: '*' })
}

const admissionPolicy: Strategy = {
  default(obj) {
    const spec = made(obj, 'spec')
    fill(spec, { failurePolicy: 'Fail' })
    defaultMatch(objectAt(spec, 'matchConstraints'))
  },
}

const policyBinding: Strategy = {
  default: (obj) => defaultMatch(objectAt(obj, 'spec.matchResources')),
}

const flowSchema: Strategy = {
  default: (obj) => fillZero(made(obj, 'spec'), { matchingPrecedence: 1000 }),
}

const priorityLevel: Strategy = {
  default(obj) {
    fill(objectAt(obj, 'spec.limited'), { nominalConcurrencyShares: 30, lendablePercent: 0 })
    fill(objectAt(obj, 'spec.exempt'), { nominalConcurrencyShares: 0, lendablePercent: 0 })
    fillZero(objectAt(obj, 'spec.limited.limitResponse.queuing'), { handSize: 8, queues: 64, queueLengthLimit: 50 })
  },
}

export const policyStrategies: Readonly<Record<string, Strategy>> = {
  'networkpolicies.networking.k8s.io': networkPolicy,
  'ingressclasses.networking.k8s.io': ingressClass,
  'horizontalpodautoscalers.autoscaling': autoscaler,
  'priorityclasses.scheduling.k8s.io': priorityClass,
  'rolebindings.rbac.authorization.k8s.io': binding,
  'clusterrolebindings.rbac.authorization.k8s.io': binding,
  'apiservices.apiregistration.k8s.io': apiService,
  'customresourcedefinitions.apiextensions.k8s.io': customResource,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooks({}),
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooks({ reinvocationPolicy: 'Never' }),
  'validatingadmissionpolicies.admissionregistration.k8s.io': admissionPolicy,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': admissionPolicy,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': policyBinding,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': policyBinding,
  'flowschemas.flowcontrol.apiserver.k8s.io': flowSchema,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': priorityLevel,
}
