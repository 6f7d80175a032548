/** The part of Kubernetes' object shape that every kind shares. Fields are what the server sent: nothing is filled in here. */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
}

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: unknown[]
}

export interface KubeObject {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
}

export interface ListMeta {
  resourceVersion?: string
  continue?: string
  remainingItemCount?: number
}

export interface KubeList<T = KubeObject> {
  kind?: string
  metadata: ListMeta
  items: T[]
}

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

/** How serious a word is. The interface always shows the word or an icon beside the colour. */
export type Tone = 'ok' | 'warn' | 'bad' | 'busy' | 'muted'

/** How an object is, in one word. */
export interface StatusWord {
  text: string
  tone: Tone
  /** When it is no longer true though nothing has changed, ms since the epoch. */
  until?: number
  /** The time that it speaks of, ms since the epoch: when a certificate ends. */
  at?: number
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
