import type { UserInfo } from '../authn/contract.ts'
import type { GroupVersionKind, KubeObject } from '../machinery/types.ts'

/**
 * What admission is told of a write (apiserver `admission/attributes.go`). Objects are in the version that is stored; who needs another
 * one converts them.
 */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  /** The kind of `object`, and of `oldObject`. */
  readonly kind: GroupVersionKind
  /** The resource that is written, in the version that is stored. */
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string; readonly namespaced: boolean }
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** May be changed by `mutate`, never by `validate`; undefined for a delete. */
  readonly object: KubeObject | undefined
  readonly oldObject: KubeObject | undefined
  readonly dryRun: boolean
  readonly user: UserInfo
  /** The server writes this on its own account (start-up objects, allocations): nothing outside of it may hold that up. */
  readonly internal: boolean
  /** For the client, as a `Warning: 299` header. */
  warn(text: string): void
}

/**
 * One admission plugin, one file. A plugin throws a Status to refuse; what it does not concern it passes at once, without a promise.
 * - `mutate` may change the object; it runs before the strategy prepares it, so a field that clients may not set it cannot set either
 * - `validate` sees the object as it will be stored
 */
export interface AdmissionPlugin {
  /** Name as in kube-apiserver's --enable-admission-plugins. */
  readonly name: string
  mutate?(attributes: AdmissionAttributes): void | Promise<void>
  validate?(attributes: AdmissionAttributes): void | Promise<void>
}

/** All plugins as one. */
export interface Admission {
  mutate(attributes: AdmissionAttributes): void | Promise<void>
  validate(attributes: AdmissionAttributes): void | Promise<void>
}

/** For stores without an API server around them. */
export const admitEverything: Admission = { mutate: () => undefined, validate: () => undefined }
