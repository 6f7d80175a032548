import { forbiddenField, invalid, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { fillUnset, isSet, objectAt, textAt } from '../../../machinery/json-walk.ts'
import { byteLength, dns1123LabelErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { checkDomainPrefixedPath } from '../../core/v1/domain-path.ts'
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
  checkDomainPrefixedPath(errors, controller, 'spec.controller')
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
