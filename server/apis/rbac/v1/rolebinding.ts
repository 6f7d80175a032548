import { invalid, textNotSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { fillZero, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { nameIsSubdomain, pathSegmentErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { IMMUTABLE } from '../../meta/v1/validation.ts'

/** Role bindings and cluster role bindings (rbac/v1 defaults; apis/rbac, validation). */
const GROUP = 'rbac.authorization.k8s.io'

export function defaultRoleBinding(obj: KubeObject): void {
  fillZero(objectAt(obj, 'roleRef'), { apiGroup: GROUP })
  for (const s of objectsAt(obj, 'subjects')) if (s.kind === 'User' || s.kind === 'Group') fillZero(s, { apiGroup: GROUP })
}

const SUBJECTS = ['ServiceAccount', 'User', 'Group']

function subjectRules(errors: FieldError[], subject: JsonObject, namespaced: boolean, path: string): void {
  const [kind, name, group] = [textAt(subject, 'kind'), textAt(subject, 'name'), textAt(subject, 'apiGroup')]
  if (name === '') errors.push(required(`${path}.name`))
  if (kind === 'ServiceAccount') {
    if (name !== '') invalidTexts(errors, `${path}.name`, name, nameIsSubdomain(name, false))
    if (group !== '') errors.push(textNotSupported(`${path}.apiGroup`, group, ['']))
    if (!namespaced && textAt(subject, 'namespace') === '') errors.push(required(`${path}.namespace`))
  } else if (kind === 'User' || kind === 'Group') {
    if (group !== GROUP) errors.push(textNotSupported(`${path}.apiGroup`, group, [GROUP]))
  } else errors.push(textNotSupported(`${path}.kind`, kind, SUBJECTS))
}

export const roleBindingValidation =
  (namespaced: boolean): Validation =>
  (obj, old) => {
    const errors: FieldError[] = []
    const ref = objectAt(obj, 'roleRef')
    const [apiGroup, kind, name] = [textAt(ref, 'apiGroup'), textAt(ref, 'kind'), textAt(ref, 'name')]
    const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
    if (apiGroup !== GROUP) errors.push(textNotSupported('roleRef.apiGroup', apiGroup, [GROUP]))
    if (!kinds.includes(kind)) errors.push(textNotSupported('roleRef.kind', kind, kinds))
    if (name === '') errors.push(required('roleRef.name'))
    else invalidTexts(errors, 'roleRef.name', name, pathSegmentErrors(name))
    objectsAt(obj, 'subjects').forEach((s, i) => subjectRules(errors, s, namespaced, `subjects[${i}]`))
    if (old !== undefined && !semanticEqual(ref, objectAt(old, 'roleRef')))
      // The internal type has no names of its own for JSON.
      errors.push(invalid('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, IMMUTABLE))
    return errors
  }
