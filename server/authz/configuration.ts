import { readFileSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { AccessConditionError, AccessConditions } from '../cel/access-review.ts'
import { parseYaml } from '../codec/yaml.ts'
import { errorText } from '../machinery/error-text.ts'
import { duplicate, invalid, notSupported, required, tooMany, type FieldError } from '../machinery/field-errors.ts'
import { formatDuration, parseDuration } from '../machinery/go-duration.ts'
import { GoFields } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import { dns1123SubdomainErrors } from '../machinery/names.ts'

/** One of the authorizers of an AuthorizationConfiguration (apiserver.config.k8s.io). */
export interface AuthorizerConfiguration {
  readonly type: string
  readonly webhook?: {
    readonly name: string
    /** Of one call. */
    readonly timeoutMs: number
    /** 0: not kept. */
    readonly authorizedTtlMs: number
    readonly unauthorizedTtlMs: number
    readonly version: 'v1' | 'v1beta1'
    readonly onFailure: 'deny' | 'no-opinion'
    readonly kubeconfig: string
    /** CEL expressions. */
    readonly conditions: readonly string[]
  }
}

const KIND = 'AuthorizationConfiguration'
const API_VERSIONS = ['v1', 'v1beta1', 'v1alpha1'].map((v) => `apiserver.config.k8s.io/${v}`)
const TYPES = ['ABAC', 'AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC', 'Webhook']
const MAX_CONDITIONS = 64
const SECOND = 1_000_000_000n

/** `--authorization-config`, with upstream's defaults and validation. @throws Error of one sentence */
export function readAuthorizationConfiguration(file: string): readonly AuthorizerConfiguration[] {
  const text = readFileSync(file, 'utf8')
  let top: GoFields
  try {
    const { value } = parseYaml(text)
    top = new GoFields((typeof value === 'object' && value !== null ? value : {}) as JsonObject, KIND)
    const [kind, apiVersion] = [top.text('kind'), top.text('apiVersion')]
    if (text !== '' && (kind !== KIND || !API_VERSIONS.includes(apiVersion))) {
      throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
    }
  } catch (e) {
    throw new Error(`failed to load AuthorizationConfiguration from file: ${(e as Error).message}`, { cause: e })
  }
  const errors: FieldError[] = []
  const list = top.objects('authorizers').map((authorizer, i) => new Reader(errors, `authorizers[${i}]`).authorizer(authorizer))
  if (list.length === 0) errors.push(required('authorizers', 'at least one authorization mode must be defined'))
  checkTypes(errors, list)
  if (errors.length > 0) throw new Error(errorText(errors.map(({ field, body }) => `${field}: ${body}`)))
  const wrong = list.filter(({ type, name }) => type !== 'Webhook' && name !== type.toLowerCase())
  if (wrong.length > 0) {
    throw new Error(
      errorText(wrong.map(({ type, name }) => `expected name ${type.toLowerCase()} for authorizer ${type} instead of ${name}`)),
    )
  }
  return list
}

type Named = AuthorizerConfiguration & { readonly name: string }

function checkTypes(errors: FieldError[], list: readonly Named[]): void {
  const [types, names] = [new Set<string>(), new Set<string>()]
  for (const [i, { type, name }] of list.entries()) {
    const at = `authorizers[${i}]`
    if (type === '') errors.push(required(`${at}.type`))
    else if (!TYPES.includes(type)) errors.push(notSupported(`${at}.type`, type, TYPES))
    else if (types.has(type) && type !== 'Webhook') errors.push(duplicate(`${at}.type`, type))
    else {
      types.add(type)
      const bad = dns1123SubdomainErrors(name)
      if (name === '') errors.push(required(`${at}.name`))
      else if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
      else if (bad.length > 0) errors.push(invalid(`${at}.name`, name, `authorizer name is invalid: ${bad.join(', ')}`))
      names.add(name)
    }
  }
}

/** Reads one authorizer, and notes what is wrong with it under its path. */
class Reader {
  readonly #errors: FieldError[]
  readonly #at: string

  constructor(errors: FieldError[], at: string) {
    this.#errors = errors
    this.#at = at
  }

  authorizer(a: GoFields): Named {
    const [type, name] = [a.text('type'), a.text('name')]
    const webhook = a.optional('webhook')
    if (type !== 'Webhook') {
      if (webhook !== undefined && TYPES.includes(type))
        this.#add(invalid(this.#path('webhook'), 'non-null', 'may only be specified when type=Webhook'))
      return { type, name }
    }
    if (webhook !== undefined) return { type, name, webhook: { name, ...this.#webhook(webhook) } }
    this.#add(required(this.#path('webhook'), 'required when type=Webhook'))
    return { type, name }
  }

  #webhook(w: GoFields): Omit<NonNullable<AuthorizerConfiguration['webhook']>, 'name'> {
    const timeout = this.#duration(w, 'timeout', 0n)
    if (timeout === 0n) this.#add(required(this.#path('timeout')))
    else if (timeout > 30n * SECOND || timeout < 0n) {
      this.#add(invalid(this.#path('timeout'), formatDuration(timeout), 'must be > 0s and <= 30s'))
    }
    const [yes, no] = [this.#ttl(w, 'authorizedTTL', 300n * SECOND), this.#ttl(w, 'unauthorizedTTL', 30n * SECOND)]
    const version = this.#oneOf(w, 'subjectAccessReviewVersion', ['v1', 'v1beta1'])
    const conditions = w.objects('matchConditions').map((condition) => condition.text('expression'))
    const conditionVersion = w.text('matchConditionSubjectAccessReviewVersion')
    if (conditionVersion !== '' || conditions.length > 0) this.#conditionVersion(conditionVersion)
    const policy = this.#oneOf(w, 'failurePolicy', ['NoOpinion', 'Deny'])
    const kubeconfig = this.#connection(w.object('connectionInfo'))
    this.#conditions(conditions)
    return {
      timeoutMs: Number(timeout / 1_000_000n),
      authorizedTtlMs: w.optionalBool('cacheAuthorizedRequests') === false ? 0 : yes,
      unauthorizedTtlMs: w.optionalBool('cacheUnauthorizedRequests') === false ? 0 : no,
      version: version === 'v1' ? 'v1' : 'v1beta1',
      onFailure: policy === 'Deny' ? 'deny' : 'no-opinion',
      ...{ kubeconfig, conditions },
    }
  }

  #ttl(w: GoFields, field: string, otherwise: bigint): number {
    const ttl = this.#duration(w, field, otherwise)
    if (ttl < 0n) this.#add(invalid(this.#path(field), formatDuration(ttl), 'must be > 0s'))
    return Number(ttl / 1_000_000n)
  }

  #duration(w: GoFields, field: string, otherwise: bigint): bigint {
    const text = w.text(field)
    const value = text === '' ? 0n : parseDuration(text)
    return value === 0n ? otherwise : value
  }

  #oneOf(w: GoFields, field: string, known: readonly string[]): string {
    const text = w.text(field)
    if (text === '') this.#add(required(this.#path(field)))
    else if (!known.includes(text)) this.#add(notSupported(this.#path(field), text, known))
    return text
  }

  #conditionVersion(version: string): void {
    const path = this.#path('matchConditionSubjectAccessReviewVersion')
    if (version === '') this.#add(required(path, 'required if match conditions are specified'))
    else if (version !== 'v1') this.#add(notSupported(path, version, ['v1']))
  }

  #connection(info: GoFields): string {
    const [type, file] = [info.text('type'), info.text('kubeConfigFile')]
    const path = this.#path('connectionInfo.kubeConfigFile')
    if (type === '') this.#add(required(this.#path('connectionInfo.type')))
    else if (type === 'InClusterConfig') {
      this.#add(invalid(this.#path('connectionInfo.type'), type, 'this server does not run in a cluster'))
    } else if (type !== 'KubeConfigFile') {
      const shown = { Type: type, KubeConfigFile: file === '' ? null : file }
      this.#add(notSupported(this.#path('connectionInfo.type'), shown, ['InClusterConfig', 'KubeConfigFile']))
    } else if (file === '') this.#add(required(path))
    else if (!isAbsolute(file)) this.#add(invalid(path, file, 'must be an absolute path'))
    else this.#checkFile(path, file)
    return file
  }

  #checkFile(path: string, file: string): void {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found === undefined) this.#add(invalid(path, file, `error loading file: stat ${file}: no such file or directory`))
    else if (!found.isFile()) this.#add(invalid(path, file, 'must be a regular file'))
  }

  #conditions(expressions: readonly string[]): void {
    if (expressions.length > MAX_CONDITIONS) return this.#add(tooMany(this.#path('matchConditions'), expressions.length, MAX_CONDITIONS))
    const seen = new Set<string>()
    for (const [i, expression] of expressions.entries()) {
      const path = this.#path(`matchConditions[${i}].expression`)
      if (expression.trim() === '') this.#add(required(path))
      else if (seen.has(expression)) this.#add(duplicate(path, expression))
      else {
        seen.add(expression)
        try {
          new AccessConditions([expression])
        } catch (e) {
          if (!(e instanceof AccessConditionError)) throw e
          this.#add(invalid(path, expression, e.message))
        }
      }
    }
  }

  #path(field: string): string {
    return `${this.#at}.${field}`
  }

  #add(error: FieldError): void {
    this.#errors.push(error)
  }
}
