import { forbiddenField, invalid, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, numberAt, objectAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength, dns1123SubdomainErrors, rangeText } from '../../../machinery/names.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { validateVolumeSpec } from '../../core/v1/persistentvolume-rules.ts'
import { checkDriverName } from '../../core/v1/volume-sources.ts'
import { checkImmutable, type Validation } from '../../meta/v1/json-checks.ts'

/** A volume on its way to a node (apis/storage, ValidateVolumeAttachment). */
const MAX_METADATA = 256 * 1024
const MAX_MESSAGE = 1024

function checkSource(errors: FieldError[], source: JsonObject, path: string): void {
  const [inline, named] = [objectAt(source, 'inlineVolumeSpec'), isSet(source, 'persistentVolumeName')]
  const one = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  if (inline === undefined && !named) errors.push(required(path, one))
  else if (inline !== undefined && named) errors.push(forbiddenField(path, one))
  else if (inline !== undefined) validateVolumeSpec(errors, inline, '', true, `${path}.inlineVolumeSpec`)
  else if (source.persistentVolumeName === '')
    errors.push(required(`${path}.persistentVolumeName`, 'must specify non empty persistentVolumeName'))
}

function checkStatus(errors: FieldError[], status: JsonObject): void {
  let size = 0
  for (const [key, value] of Object.entries(objectAt(status, 'attachmentMetadata') ?? {}))
    size += byteLength(key) + byteLength(value as string)
  if (size > MAX_METADATA) errors.push(tooLong('status.attachmentMetadata', MAX_METADATA))
  for (const key of ['attachError', 'detachError']) {
    const error = objectAt(status, key)
    if (byteLength(textAt(error, 'message')) > MAX_MESSAGE) errors.push(tooLong(`status.${key}.message`, MAX_MESSAGE))
    const code = numberAt(error, 'errorCode')
    if (code !== undefined && code < 0) errors.push(invalid(`status.${key}.errorCode`, code, rangeText(0, 2147483647)))
  }
}

export const validateVolumeAttachment: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec') ?? {}
  // What is declared with the type says nothing of a field that may not change.
  checkDriverName(errors, textAt(spec, 'attacher'), 'spec.attacher', old === undefined)
  checkSource(errors, objectAt(spec, 'source') ?? {}, 'spec.source')
  const node = textAt(spec, 'nodeName')
  invalidTexts(errors, 'spec.nodeName', node, dns1123SubdomainErrors(node))
  checkStatus(errors, objectAt(obj, 'status') ?? {})
  const volume = textAt(spec, 'source.persistentVolumeName')
  if (isSet(spec, 'source.persistentVolumeName'))
    invalidTexts(errors, 'spec.source.persistentVolumeName', volume, dns1123SubdomainErrors(volume))
  checkImmutable(errors, obj, old, ['spec'], { printed: false })
  return errors
}
