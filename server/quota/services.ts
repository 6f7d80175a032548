import { objectsAt, textAt, valueAt } from '../machinery/json-walk.ts'
import type { KubeObject } from '../machinery/types.ts'
import { count, ONE, ZERO, type Amounts } from './amounts.ts'
import { objectCountName, type Evaluator } from './evaluator.ts'

/** What services use (pkg/quota/v1/evaluator/core/services.go). */
const SERVICES = { group: '', resource: 'services' }
const COUNT = objectCountName(SERVICES)
const [NODE_PORTS, LOAD_BALANCERS] = ['services.nodeports', 'services.loadbalancers'] as const
const known = new Set([COUNT, 'services', NODE_PORTS, LOAD_BALANCERS])

export const serviceEvaluator: Evaluator = {
  resource: SERVICES,
  handles: ({ operation, subresource }) => subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
  counts: (name) => known.has(name),
  usage: serviceUsage,
}

/** The part of a service's type that is counted. */
export const countedType = (service: KubeObject): string => {
  const type = textAt(service, 'spec.type')
  return type === 'NodePort' || type === 'LoadBalancer' ? type : ''
}

/** Ports that will be given count like those that are: it is the intent that is looked at. */
function serviceUsage(service: KubeObject): Amounts {
  const type = countedType(service)
  const ports = objectsAt(service, 'spec.ports')
  const onlyGiven = type === 'LoadBalancer' && valueAt(service, 'spec.allocateLoadBalancerNodePorts') === false
  const counted = type === '' ? 0 : onlyGiven ? ports.filter(({ nodePort }) => Boolean(nodePort)).length : ports.length
  return new Map([
    [COUNT, ONE],
    ['services', ONE],
    [NODE_PORTS, counted === 0 ? ZERO : count(counted)],
    [LOAD_BALANCERS, type === 'LoadBalancer' ? ONE : ZERO],
  ])
}
