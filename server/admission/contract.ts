import type { UserInfo } from '../authn/contract.ts'
import type { GroupVersionKind, KubeObject } from '../machinery/types.ts'
import type { Reinvocation } from './reinvocation.ts'

/**
 * What admission is told of a write, or of a connection (apiserver `admission/attributes.go`). Objects are in the version that is stored, a
 * custom resource's in the version of the request; who needs another one converts them.
 */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  /** The kind of `object`, and of `oldObject`: of a subresource with a body of its own (Scale, Binding, Eviction), the body's. */
  readonly kind: GroupVersionKind
  /** The resource that is written, in the version that is stored. */
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string; readonly namespaced: boolean }
  /** What the client has named: the kind and the group and version that it speaks. The resource is called the same. */
  readonly requested: { readonly kind: GroupVersionKind; readonly group: string; readonly version: string }
  readonly subresource: string
  readonly namespace: string
  /** Empty for a new object that gets its name by metadata.generateName, and for one of a collection that is deleted. */
  readonly name: string
  /** May be changed by `mutate`, never by `validate`; undefined for a delete. */
  readonly object: KubeObject | undefined
  readonly oldObject: KubeObject | undefined
  readonly dryRun: boolean
  /** CreateOptions, UpdateOptions or DeleteOptions of the request, in meta.k8s.io/v1; undefined for a connection. */
  readonly options: KubeObject | undefined
  readonly user: UserInfo
  /** The server writes this on its own account (start-up objects, allocations): nothing outside of it may hold that up. */
  readonly internal: boolean
  /** What the two rounds of mutating admission know of each other. */
  readonly reinvocation: Reinvocation
  /** Aborted when nobody waits for the answer any more; undefined for the server's own writes. Made on first use. */
  readonly signal: AbortSignal | undefined
  /** For how many milliseconds the answer is waited for; undefined where nobody says. */
  leftMs?(): number | undefined
  /** Told of the milliseconds for which servers of others were waited for: they are not the server's own time. */
  waited?(ms: number): void
  /** For the client, as a `Warning: 299` header. */
  warn(text: string): void
  /**
   * For the record of the request: what was decided and why, by a key `domain/name`. The first value of a key stays.
   * @throws Error for a key of another form
   */
  annotate(key: string, value: string): void
}

/**
 * One admission plugin, one file. A plugin throws a Status to refuse; what it does not concern it passes at once, without a promise.
 * - `mutate` may change the object, in place, and may be asked twice about one (`reinvocation`); it runs before the strategy prepares it, so a field that clients may not set it cannot set either
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
