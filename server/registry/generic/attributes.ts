import type { AdmissionAttributes } from '../../admission/contract.ts'
import { Reinvocation } from '../../admission/reinvocation.ts'
import type { UserInfo } from '../../authn/contract.ts'
import type { GroupVersionKind, KubeObject } from '../../machinery/types.ts'
import type { StrategyContext } from './strategy.ts'

/** What a write knows of itself when it comes to admission. */
export interface Admitted {
  operation: AdmissionAttributes['operation']
  subresource: string
  namespace: string
  name: string
  object?: KubeObject
  old?: KubeObject
  context: StrategyContext
  /** Of `object` and `old`, where that is not the resource's own kind. */
  kind?: GroupVersionKind
  /** Where that is not the store's. */
  resource?: AdmissionAttributes['resource']
}

/** What is written to: a Store, or a kind of which nothing is stored. */
interface Target {
  readonly resource: AdmissionAttributes['resource'] & { readonly kind: string }
}

/** No promise where no plugin needs one: most writes pass at once. */
export function mutate(store: Target, write: Admitted): void | Promise<void> {
  return write.context.admission.mutate(new WriteAttributes(store, write))
}

export function validate(store: Target, write: Admitted): void | Promise<void> {
  return write.context.admission.validate(new WriteAttributes(store, write))
}

/** Both halves in turn, for what has no work of its own between them. */
export async function admit(store: Target, write: Admitted): Promise<void> {
  await mutate(store, write)
  await validate(store, write)
}

const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: undefined } as const

/** Every write has these, and most plugins look at few of them: what is seldom read is made when it is. */
class WriteAttributes implements AdmissionAttributes {
  readonly #store: Target
  readonly #write: Admitted
  readonly reinvocation = new Reinvocation()

  constructor(store: Target, write: Admitted) {
    this.#store = store
    this.#write = write
  }

  get operation(): AdmissionAttributes['operation'] {
    return this.#write.operation
  }
  get subresource(): string {
    return this.#write.subresource
  }
  /** A namespace is in itself, so to say. */
  get namespace(): string {
    const { namespace, name } = this.#write
    if (namespace !== '') return namespace
    const { group, resource } = this.#store.resource
    return resource === 'namespaces' && group === '' ? name : ''
  }
  get name(): string {
    return this.#write.name
  }
  get object(): KubeObject | undefined {
    return this.#write.object
  }
  get oldObject(): KubeObject | undefined {
    return this.#write.old
  }
  get dryRun(): boolean {
    return this.#write.context.dryRun
  }
  get user(): UserInfo {
    return this.#write.context.user
  }
  get internal(): boolean {
    return this.#write.context.internal === true
  }
  get signal(): AbortSignal | undefined {
    return this.#write.context.signal?.()
  }

  leftMs(): number | undefined {
    return this.#write.context.leftMs?.()
  }

  waited(ms: number): void {
    this.#write.context.waited?.(ms)
  }

  get kind(): GroupVersionKind {
    return this.#write.kind ?? this.#store.resource
  }
  get resource(): AdmissionAttributes['resource'] {
    return this.#write.resource ?? this.#store.resource
  }
  get requested(): AdmissionAttributes['requested'] {
    const { group, version, kind } = this.#store.resource
    const { requestGroup = group, requestVersion = version } = this.#write.context
    const named = { group: requestGroup, version: requestVersion }
    return { ...named, kind: this.#write.kind ?? { ...named, kind } }
  }
  get options(): KubeObject | undefined {
    const kind = OPTIONS[this.#write.operation]
    if (kind === undefined) return undefined
    return { kind, apiVersion: 'meta.k8s.io/v1', ...this.#write.context.options } as unknown as KubeObject
  }

  warn(text: string): void {
    this.#write.context.warn(text)
  }
  annotate(key: string, value: string): void {
    this.#write.context.annotate?.(key, value)
  }
}
