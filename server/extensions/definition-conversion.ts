import { urlFault } from '../cel/library/go-url.ts'
import { forbiddenField, required, type FieldError } from '../machinery/field-errors.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors, portNumberErrors } from '../machinery/names.ts'
import type { DefinitionConversion } from './definition.ts'
import { child, invalidValue, unsupportedValue } from './field-errors.ts'

/** Versions of ConversionReview that the server speaks. */
const REVIEWS = ['v1', 'v1beta1']
export const isAcceptedReview = (version: string): boolean => REVIEWS.includes(version)

type Webhook = NonNullable<DefinitionConversion['webhook']>
type ClientConfig = NonNullable<Webhook['clientConfig']>

/** spec.conversion. The names of its fields in errors are those of the internal form. */
export function validateConversion(conversion: DefinitionConversion | undefined, requireReview: boolean, path: string): FieldError[] {
  if (conversion === undefined) return []
  const errors: FieldError[] = []
  const { strategy, webhook } = conversion
  if (!strategy) errors.push(required(child(path, 'strategy')))
  else if (strategy !== 'None' && strategy !== 'Webhook') {
    errors.push(unsupportedValue(child(path, 'strategy'), strategy, ['None', 'Webhook']))
  }
  const config = child(path, 'webhookClientConfig')
  const reviews = child(path, 'conversionReviewVersions')
  if (strategy === 'Webhook') {
    if (webhook?.clientConfig === undefined) errors.push(required(config, 'required when strategy is set to Webhook'))
    else clientErrors(errors, webhook.clientConfig, config)
    reviewErrors(errors, webhook?.conversionReviewVersions ?? [], requireReview, reviews)
    return errors
  }
  if (webhook?.clientConfig !== undefined) errors.push(forbiddenField(config, 'should not be set when strategy is not set to Webhook'))
  if ((webhook?.conversionReviewVersions ?? []).length > 0) {
    errors.push(forbiddenField(reviews, 'should not be set when strategy is not set to Webhook'))
  }
  return errors
}

function clientErrors(errors: FieldError[], { url, service }: ClientConfig, path: string): void {
  if ((url === undefined) === (service === undefined)) errors.push(required(path, 'exactly one of url or service is required'))
  else if (url !== undefined) urlErrors(errors, url, child(path, 'url'))
  else serviceErrors(errors, service!, child(path, 'service'))
}

const FORM = '; desired format: https://host[/path]'
const URL_PARTS = /^(?:([a-zA-Z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s

function urlErrors(errors: FieldError[], url: string, path: string): void {
  const fault = urlFault(url)
  if (fault !== undefined) return void errors.push(required(path, `url must be a valid URL: ${fault}${FORM}`))
  const [, scheme = '', authority = '', , query = '', fragment = ''] = URL_PARTS.exec(url) ?? []
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  if (scheme.toLowerCase() !== 'https')
    errors.push(invalidValue(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`))
  if (host === '') errors.push(invalidValue(path, '', `host must be specified${FORM}`))
  if (at !== -1) errors.push(invalidValue(path, authority.slice(0, at), 'user information is not permitted in the URL'))
  if (fragment !== '') errors.push(invalidValue(path, fragment, 'fragments are not permitted in the URL'))
  if (query !== '') errors.push(invalidValue(path, query, 'query parameters are not permitted in the URL'))
}

function serviceErrors(errors: FieldError[], service: NonNullable<ClientConfig['service']>, path: string): void {
  // The reference hands the two over in the wrong order: each is told of under the name of the other.
  if (!service.namespace) errors.push(required(child(path, 'name')))
  if (!service.name) errors.push(required(child(path, 'namespace')))
  const port = service.port ?? 443
  const texts = portNumberErrors(port)
  if (texts.length > 0) errors.push(invalidValue(child(path, 'port'), port, `port is not valid: ${texts.join(', ')}`))
  const at = child(path, 'path')
  const urlPath = service.path ?? ''
  if (urlPath === '' || urlPath === '/') return
  if (urlPath === '//') {
    errors.push(invalidValue(at, urlPath, 'segment[0] may not be empty'))
    return
  }
  if (!urlPath.startsWith('/')) errors.push(invalidValue(at, urlPath, "must start with a '/'"))
  const segments = urlPath.slice(1).replace(/\/$/, '').split('/')
  segments.forEach((segment, i) => {
    if (segment === '') errors.push(invalidValue(at, urlPath, `segment[${i}] may not be empty`))
    else for (const text of dns1123SubdomainErrors(segment)) errors.push(invalidValue(at, urlPath, `segment[${i}]: ${text}`))
  })
}

function reviewErrors(errors: FieldError[], versions: readonly string[], requireReview: boolean, path: string): void {
  if (versions.length === 0) {
    errors.push(required(path))
    return
  }
  const seen = new Set<string>()
  versions.forEach((version, i) => {
    const at = `${path}[${i}]`
    if (seen.has(version)) errors.push(invalidValue(at, version, 'duplicate version'))
    else for (const text of dns1035LabelErrors(version)) errors.push(invalidValue(at, version, text))
    seen.add(version)
  })
  if (requireReview && !versions.some(isAcceptedReview)) {
    errors.push(invalidValue(path, versions, `must include at least one of ${REVIEWS.join(', ')}`))
  }
}
