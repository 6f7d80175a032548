import { isDeepStrictEqual } from 'node:util'
import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { dns1123LabelErrors, qualifiedNameErrors } from '../../../machinery/names.ts'
import { IMMUTABLE } from '../../../apis/meta/v1/validation.ts'
import type { Json } from '../fill.ts'
import { checkEnum, checkKept, checkRequired, checkTexts, textOf, type Rule } from './rule.ts'

/** Storage and runtime classes, and claims of devices: most of them is fixed once it is there. */
const FIXED = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode']

const storageClass: Rule = (obj, old) => {
  const errors: FieldError[] = []
  checkKept(errors, obj, old, FIXED, { printed: false })
  if (old !== undefined) return errors
  if (checkRequired(errors, obj, 'provisioner')) {
    const provisioner = textOf(obj, 'provisioner').toLowerCase()
    checkTexts(errors, 'provisioner', provisioner, qualifiedNameErrors(provisioner))
  }
  for (const key in (obj.parameters ?? {}) as Json) if (key === '') errors.push(invalid('parameters', key, 'field can not be empty.'))
  checkEnum(errors, obj, 'reclaimPolicy', ['Delete', 'Retain'])
  const mode = textOf(obj, 'volumeBindingMode')
  const modes = ['Immediate', 'WaitForFirstConsumer']
  if (mode === '') errors.push(required('volumeBindingMode'))
  else if (!modes.includes(mode)) errors.push(notSupported('volumeBindingMode', mode, modes))
  return errors
}

const runtimeClass: Rule = (obj, old) => {
  const errors: FieldError[] = []
  checkKept(errors, obj, old, ['handler'], { printed: false })
  if (old !== undefined) return errors
  const handler = textOf(obj, 'handler')
  if (checkRequired(errors, obj, 'handler')) checkTexts(errors, 'handler', handler, dns1123LabelErrors(handler))
  return errors
}

// Its lists are called as quantities are elsewhere, so that it is compared as it stands.
const keptSpec: Rule = (obj, old) => (old === undefined || isDeepStrictEqual(obj.spec, old.spec) ? [] : [invalid('spec', null, IMMUTABLE)])

export const classRules: Readonly<Record<string, Rule>> = {
  'storageclasses.storage.k8s.io': storageClass,
  'runtimeclasses.node.k8s.io': runtimeClass,
  'resourceclaims.resource.k8s.io': keptSpec,
}
