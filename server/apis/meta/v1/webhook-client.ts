import { uriFault } from '../../../cel/library/go-url.ts'
import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { numberAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { dns1123SubdomainErrors, portNumberErrors } from '../../../machinery/names.ts'

/** How a webhook is reached (apiserver util/webhook, validation). */
const FORM = '; desired format: https://host[/path]'
// RFC 3986, appendix B, with the parts of the authority told apart.
const PARTS = /^(?:([a-zA-Z][\w+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s

export function checkWebhookUrl(errors: FieldError[], url: string, path: string): void {
  const fault = uriFault(url, false)
  if (fault !== undefined) return void errors.push(required(path, `url must be a valid URL: ${fault}${FORM}`))
  const [, scheme = '', user, host = '', , query = '', fragment = ''] = PARTS.exec(url) ?? []
  if (scheme.toLowerCase() !== 'https') errors.push(invalid(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`))
  if (host === '') errors.push(invalid(path, host, `host must be specified${FORM}`))
  if (user !== undefined) errors.push(invalid(path, user, 'user information is not permitted in the URL'))
  if (fragment !== '') errors.push(invalid(path, fragment, 'fragments are not permitted in the URL'))
  if (query !== '') errors.push(invalid(path, query, 'query parameters are not permitted in the URL'))
}

/** @param swapped admission webhooks' rules take the name for the namespace and the other way round, which the path of an error shows */
export function checkWebhookService(errors: FieldError[], service: JsonObject, path: string, swapped: boolean): void {
  const [name, namespace] = [textAt(service, 'name'), textAt(service, 'namespace')]
  if ((swapped ? namespace : name) === '') errors.push(required(`${path}.name`))
  if ((swapped ? name : namespace) === '') errors.push(required(`${path}.namespace`))
  const port = Number(numberAt(service, 'port') ?? 0)
  const texts = portNumberErrors(port)
  if (texts.length > 0) errors.push(invalid(`${path}.port`, port, `port is not valid: ${texts.join(', ')}`))
  checkServicePath(errors, textAt(service, 'path'), `${path}.path`)
}

function checkServicePath(errors: FieldError[], url: string, path: string): void {
  if (url === '/' || url === '') return
  if (url === '//') {
    errors.push(invalid(path, url, 'segment[0] may not be empty'))
    return
  }
  if (!url.startsWith('/')) errors.push(invalid(path, url, "must start with a '/'"))
  const steps = url.slice(1).replace(/\/$/, '').split('/')
  steps.forEach((step, i) => {
    if (step === '') errors.push(invalid(path, url, `segment[${i}] may not be empty`))
    else for (const text of dns1123SubdomainErrors(step)) errors.push(invalid(path, url, `segment[${i}]: ${text}`))
  })
}
