import { forbiddenField, invalid, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { fillUnset, isSet, objectAt, textAt } from '../../../machinery/json-walk.ts'
import { byteLength, dns1123LabelErrors, dns1123SubdomainErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { checkEnum, type Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'
import { checkReference } from './ingress.ts'

/** Ingress classes (networking/v1 defaults; apis/networking, validation). */
export function defaultIngressClass(obj: KubeObject): void {
  fillUnset(objectAt(obj, 'spec.parameters'), { scope: 'Cluster' })
}

const MAX_CONTROLLER = 250
const SCOPES = ['Cluster', 'Namespace']

export const validateIngressClass: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  const controller = textAt(spec, 'controller')
  if (old !== undefined && controller !== textAt(old, 'spec.controller')) errors.push(invalid('spec.controller', controller, IMMUTABLE))
  if (byteLength(controller) > MAX_CONTROLLER) errors.push(tooLong('spec.controller', MAX_CONTROLLER))
  const [domain = '', path] = splitOnce(controller)
  if (controller === '') errors.push(required('spec.controller'))
  else if (path === undefined || path === '' || domain === '')
    errors.push(invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")'))
  else invalidTexts(errors, 'spec.controller', domain, dns1123SubdomainErrors(domain))
  const parameters = objectAt(spec, 'parameters')
  if (parameters === undefined) return errors
  checkReference(errors, parameters, 'spec.parameters')
  checkEnum(errors, parameters, 'scope', SCOPES, 'spec.parameters.scope')
  const namespace = textAt(parameters, 'namespace')
  if (parameters.scope === 'Namespace') {
    if (!isSet(parameters, 'namespace')) errors.push(required('spec.parameters.namespace', "`parameters.scope` is set to 'Namespace'"))
    else invalidTexts(errors, 'spec.parameters.namespace', namespace, dns1123LabelErrors(namespace))
  } else if (parameters.scope === 'Cluster' && isSet(parameters, 'namespace'))
    errors.push(forbiddenField('spec.parameters.namespace', "`parameters.scope` is set to 'Cluster'"))
  return errors
}

function splitOnce(text: string): [string, string | undefined] {
  const slash = text.indexOf('/')
  return slash === -1 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)]
}
