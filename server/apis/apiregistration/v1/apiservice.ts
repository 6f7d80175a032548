import { goQuote } from '../../../machinery/go-quote.ts'
import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { fillUnset, listAt, objectAt, textAt, valueAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors, pathSegmentErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'

/** What says of an API that this server has that it is there. */
export const LOCAL_CONDITION = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
} as const

/** An API of this server's own is there from the beginning (kube-aggregator `registry/apiservice/strategy.go`, PrepareForCreate). */
export function markLocal(obj: KubeObject, lastTransitionTime: string): void {
  if (valueAt(obj, 'spec.service') === undefined) obj.status = { conditions: [{ ...LOCAL_CONDITION, lastTransitionTime }] }
}

/** APIServices (kube-aggregator apis/apiregistration: v1 defaults, validation). */
export function defaultApiService(obj: KubeObject): void {
  fillUnset(objectAt(obj, 'spec.service'), { port: 443 })
}

const MOST = { groupPriorityMinimum: 20_000, versionPriority: 1000 } as const

/** Its name says what it serves; of the legacy group it ends with a dot. */
export function apiServiceNameErrors(name: string, obj: KubeObject): string[] {
  const errors = pathSegmentErrors(name)
  if (errors.length > 0) return errors
  const wanted = `${textAt(obj, 'spec.version')}.${textAt(obj, 'spec.group')}`
  return name === wanted ? [] : [`must be \`spec.version+"."+spec.group\`: ${goQuote(wanted)}`]
}

export function validateApiService(obj: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  const [group, version] = [textAt(obj, 'spec.group'), textAt(obj, 'spec.version')]
  if (group === '' && version !== 'v1') errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'))
  if (group !== '') for (const text of dns1123SubdomainErrors(group)) errors.push(invalid('spec.group', group, text))
  for (const text of dns1035LabelErrors(version)) errors.push(invalid('spec.version', version, text))
  for (const [field, most] of Object.entries(MOST)) {
    const value = (valueAt(obj, `spec.${field}`) ?? 0) as number
    if (value <= 0 || value > most) errors.push(invalid(`spec.${field}`, value, `must be positive and less than ${most}`))
  }
  const bundle = Buffer.from(textAt(obj, 'spec.caBundle'), 'base64').length
  const insecure = valueAt(obj, 'spec.insecureSkipTLSVerify') === true
  const service = valueAt(obj, 'spec.service') as JsonObject | null | undefined
  if (service === undefined || service === null) {
    if (bundle > 0) errors.push(invalid('spec.caBundle', `${bundle} bytes`, 'local APIServices may not have a caBundle'))
    if (insecure) errors.push(invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'))
    return errors
  }
  for (const field of ['namespace', 'name']) if (textAt(service, field) === '') errors.push(required(`spec.service.${field}`, ''))
  const port = (service.port ?? 0) as number
  if (port < 1 || port > 65_535) {
    errors.push(invalid('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive'))
  }
  if (insecure && bundle > 0) errors.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'))
  return errors
}

const STATUSES = ['True', 'False', 'Unknown']

export function validateApiServiceStatus(obj: KubeObject): FieldError[] {
  return listAt(obj, 'status.conditions').flatMap((condition, i) => {
    const status = textAt(condition, 'status')
    return STATUSES.includes(status) ? [] : [notSupported(`status.conditions[${i}].status`, status, STATUSES)]
  })
}
