import { errorText } from '../machinery/error-text.ts'
import { GoFields } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import type { LimitedResource } from '../quota/check.ts'

const KINDS: Readonly<Record<string, string>> = {
  'apiserver.config.k8s.io/v1': 'ResourceQuotaConfiguration',
  'resourcequota.admission.k8s.io/v1beta1': 'Configuration',
  'resourcequota.admission.k8s.io/v1alpha1': 'Configuration',
}

/**
 * What ResourceQuota is told: kinds of which nothing is made without a quota that covers it (apiserver
 * `plugin/resourcequota/apis/resourcequota`).
 * @throws Error of one sentence
 */
export function readResourceQuotaConfiguration(value: unknown): readonly LimitedResource[] {
  const top = new GoFields((typeof value === 'object' && value !== null ? value : {}) as JsonObject, 'Configuration')
  const [kind, apiVersion] = [top.text('kind'), top.text('apiVersion')]
  if (!Object.hasOwn(KINDS, apiVersion) || KINDS[apiVersion] !== kind) {
    throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  }
  const limited = top.objects('limitedResources').map((resource) => ({
    apiGroup: resource.text('apiGroup'),
    resource: resource.text('resource'),
    matchContains: resource.texts('matchContains'),
    matchScopes: resource.objects('matchScopes').map((scope) => ({
      ...{ scopeName: scope.text('scopeName'), operator: scope.text('operator'), values: scope.texts('values') },
    })),
  }))
  const missing = limited.flatMap(({ resource }, i) => (resource === '' ? [`limitedResources[${i}].resource: Required value`] : []))
  if (missing.length > 0) throw new Error(errorText(missing))
  return limited
}
