import { checkWebhookService, checkWebhookUrl } from '../apis/meta/v1/webhook-client.ts'
import { forbiddenField, required, type FieldError } from '../machinery/field-errors.ts'
import { dns1035LabelErrors } from '../machinery/names.ts'
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
  else if (url !== undefined) checkWebhookUrl(errors, url, child(path, 'url'))
  // The reference hands name and namespace over in the wrong order here, too.
  else checkWebhookService(errors, { port: 443, ...service }, child(path, 'service'), true)
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
