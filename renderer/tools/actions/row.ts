import type { Change } from '../../kube/changes.ts'
import type { FieldPath, Taken } from '../../kube/managed-fields.ts'
import type { RowRef } from '../../kube/protocol.ts'
import type { KubeObject } from '../../kube/types.ts'

/** What an action comes to for one object. */
export interface Step {
  change: Change
  /** Where what is changed can be read, when it is not the object itself: its `scale`, the object that is made. */
  read?: string
  /** The fields of the object that are changed, where the answer is another kind of thing. */
  fields?: FieldPath[]
  /** What stood there when this was made: a way back. */
  expects?: KubeObject
  /** What takes it back. A merge patch needs none: its inverse is known. */
  undo?(before: KubeObject, after: KubeObject | undefined): Change | undefined
}

/** Why nothing is done to an object: a key below `actions.skip`. */
export type Skip = { skip: 'already' | 'paused' | 'noContainer' | 'finished' | 'changed' }

export type RowState =
  /** Being read, gone or not readable, waiting for what is filled in. */
  | 'reading'
  | 'unread'
  | 'unplanned'
  /** Nothing is to be done to it, asked about, would change nothing, refused by the dry run, would be changed. */
  | 'skipped'
  | 'checking'
  | 'same'
  | 'refused'
  | 'ready'
  /** The real thing. */
  | 'waiting'
  | 'running'
  | 'done'
  | 'failed'

/** One object of an action, and how far it is. */
export interface ActionRow {
  ref: RowRef
  state: RowState
  object?: KubeObject
  step?: Step
  skip?: Skip['skip']
  /** What is changed, as it was and as the server says that it would be; `after` is undefined for what would be gone. */
  before?: KubeObject
  after?: KubeObject
  warnings: readonly string[]
  /** Fields of other managers that are changed. */
  taken: readonly Taken[]
  error?: unknown
  /** What takes it back, once it is done. */
  undo?: Change
}
