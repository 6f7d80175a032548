import { readFileSync } from 'node:fs'
import { parseYaml } from '../codec/yaml.ts'
import { GoFields } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'

/** What an AuthenticationConfiguration says (apiserver.config.k8s.io). */
export interface AuthenticationConfiguration {
  /** Absent: `--anonymous-auth` decides. `paths`: where it is enough; empty: everywhere. */
  readonly anonymous?: { readonly enabled: boolean; readonly paths: readonly string[] }
}

const KIND = 'AuthenticationConfiguration'
const VERSIONS = ['v1', 'v1beta1', 'v1alpha1'].map((v) => `apiserver.config.k8s.io/${v}`)

/**
 * `--authentication-config`. Issuers of tokens (`jwt`) are refused: this server has no OpenID Connect yet, and a file that it takes must be
 * one that it follows.
 * @throws Error of one sentence
 */
export function readAuthenticationConfiguration(file: string): AuthenticationConfiguration {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (e) {
    throw new Error(`failed to load authentication configuration from file ${JSON.stringify(file)}: ${(e as Error).message}`, { cause: e })
  }
}

export function parse(text: string): AuthenticationConfiguration {
  if (text === '') throw new Error('empty config data')
  const { value } = parseYaml(text)
  const top = new GoFields((typeof value === 'object' && value !== null ? value : {}) as JsonObject, KIND)
  const [kind, apiVersion] = [top.text('kind'), top.text('apiVersion')]
  if (kind !== KIND || !VERSIONS.includes(apiVersion))
    throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  if (top.objects('jwt').length > 0) throw new Error('jwt: this server has no OpenID Connect')
  const anonymous = top.optional('anonymous')
  if (anonymous === undefined) return {}
  const enabled = anonymous.bool('enabled')
  const paths = anonymous.objects('conditions').map((condition) => condition.text('path'))
  if (!enabled && paths.length > 0) {
    const shown = `[${paths.map((path) => `{"Path":${JSON.stringify(path)}}`).join(',')}]`
    throw new Error(`anonymous.conditions: Invalid value: ${shown}: enabled should be set to true when conditions are defined`)
  }
  return { anonymous: { enabled, paths } }
}
