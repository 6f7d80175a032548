import { setOwn } from '../../../machinery/own.ts'
import { ownValue } from '../../../machinery/own.ts'
import { isDeepStrictEqual } from 'node:util'
import { enoughErrors, forbiddenField, invalid, invalidNamed, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { byteLength, configMapKeyErrors } from '../../../machinery/names.ts'
import type { KubeObject, ObjectMeta } from '../../../machinery/types.ts'
import { IMMUTABLE, validateObjectMetaUpdate } from '../../meta/v1/validation.ts'
import { invalidTexts } from './checks.ts'
import { goJsonError } from './go-json-error.ts'

/** ConfigMaps and Secrets: keys, size, immutability (core/validation). Values of Secrets and binaryData are base64. */
const MAX_BYTES = 1024 * 1024
const FROZEN = 'field is immutable when `immutable` is set'

export interface ConfigMap {
  metadata: ObjectMeta
  data?: Record<string, string>
  binaryData?: Record<string, string>
  immutable?: boolean
}

export interface Secret {
  metadata: ObjectMeta
  data?: Record<string, string>
  stringData?: Record<string, string>
  type?: string
  immutable?: boolean
}

const decodedLength = (base64: string): number => Buffer.byteLength(base64, 'base64')

export function validateConfigMap(map: ConfigMap): FieldError[] {
  const errors: FieldError[] = []
  let size = 0
  for (const [key, value] of Object.entries(map.data ?? {})) {
    invalidTexts(errors, `data[${key}]`, key, configMapKeyErrors(key))
    if (map.binaryData?.[key] !== undefined) errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'))
    size += byteLength(value)
    if (enoughErrors(errors)) return errors
  }
  for (const [key, value] of Object.entries(map.binaryData ?? {})) {
    invalidTexts(errors, `binaryData[${key}]`, key, configMapKeyErrors(key))
    size += decodedLength(value)
    if (enoughErrors(errors)) return errors
  }
  // Go's path of the whole object prints so.
  if (size > MAX_BYTES) errors.push(tooLong('[]', MAX_BYTES))
  return errors
}

function checkFrozen<T extends { immutable?: boolean }>(errors: FieldError[], now: T, old: T, fields: readonly (keyof T & string)[]): void {
  if (old.immutable !== true) return
  if (now.immutable !== true) errors.push(forbiddenField('immutable', FROZEN))
  for (const field of fields) if (!isDeepStrictEqual(now[field], old[field])) errors.push(forbiddenField(field, FROZEN))
}

export function validateConfigMapUpdate(map: ConfigMap, old: ConfigMap): FieldError[] {
  const errors = validateObjectMetaUpdate(map.metadata, old.metadata, 'metadata')
  checkFrozen(errors, map, old, ['data', 'binaryData'])
  return [...errors, ...validateConfigMap(map)]
}

/** stringData is how a client may write data without base64; it is never stored. */
export function defaultSecret(secret: Secret): void {
  if (!secret.type) secret.type = 'Opaque'
  if (secret.stringData === undefined) return
  for (const [key, value] of Object.entries(secret.stringData)) setOwn((secret.data ??= {}), key, Buffer.from(value).toString('base64'))
  delete secret.stringData
}

const ACCOUNT_NAME = 'kubernetes.io/service-account.name'

/** What a type of secret must hold, by type. */
const BY_TYPE: Readonly<Record<string, (errors: FieldError[], secret: Secret) => void>> = {
  'kubernetes.io/service-account-token': (errors, { metadata }) => {
    if (!metadata.annotations?.[ACCOUNT_NAME]) errors.push(required(`metadata.annotations[${ACCOUNT_NAME}]`))
  },
  'kubernetes.io/dockercfg': (errors, secret) => checkJson(errors, secret, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': (errors, secret) => checkJson(errors, secret, '.dockerconfigjson'),
  'kubernetes.io/basic-auth': (errors, { data = {} }) => {
    if (data.username === undefined && data.password === undefined) errors.push(required('data[username]'), required('data[password]'))
  },
  'kubernetes.io/ssh-auth': (errors, { data = {} }) => {
    if (!data['ssh-privatekey']) errors.push(required('data[ssh-privatekey]'))
  },
  'kubernetes.io/tls': (errors, { data = {} }) => {
    for (const key of ['tls.crt', 'tls.key']) if (data[key] === undefined) errors.push(required(`data[${key}]`))
  },
}

function checkJson(errors: FieldError[], secret: Secret, key: string): void {
  const text = secret.data?.[key]
  if (text === undefined) {
    errors.push(required(`data[${key}]`))
    return
  }
  const problem = goJsonError(Buffer.from(text, 'base64').toString())
  if (problem !== undefined) errors.push(invalid(`data[${key}]`, '<secret contents redacted>', problem))
}

export function validateSecret(secret: Secret): FieldError[] {
  const errors: FieldError[] = []
  let size = 0
  for (const [key, value] of Object.entries(secret.data ?? {})) {
    invalidTexts(errors, `data[${key}]`, key, configMapKeyErrors(key))
    size += decodedLength(value)
    if (enoughErrors(errors)) return errors
  }
  if (size > MAX_BYTES) errors.push(tooLong('data', MAX_BYTES))
  ownValue(BY_TYPE, secret.type ?? '')?.(errors, secret)
  return errors
}

export function validateSecretUpdate(secret: Secret, old: Secret): FieldError[] {
  const errors = validateObjectMetaUpdate(secret.metadata, old.metadata, 'metadata')
  if (secret.type !== old.type) errors.push(invalidNamed('type', secret.type, IMMUTABLE))
  checkFrozen(errors, secret, old, ['data'])
  return [...errors, ...validateSecret(secret)]
}

export const configMapOf = (obj: KubeObject): ConfigMap => obj as unknown as ConfigMap
export const secretOf = (obj: KubeObject): Secret => obj as unknown as Secret

const PEM = /-----BEGIN [^-]+-----[^]*?-----END [^-]+-----/

/** A pair that cannot be one, in the words of Go's crypto/tls. Whether the two belong together is not looked at. */
export function* secretWarnings({ type, data = {} }: Secret): IterableIterator<string> {
  if (type !== 'kubernetes.io/tls') return
  for (const [key, what] of [
    ['tls.crt', 'certificate'],
    ['tls.key', 'key'],
  ] as const) {
    if (PEM.test(Buffer.from(data[key] ?? '', 'base64').toString('latin1'))) continue
    yield `tls: failed to find any PEM data in ${what} input`
    return
  }
}
