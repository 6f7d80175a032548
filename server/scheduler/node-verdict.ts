/** `unresolvable`: removing other pods would not help. */
export interface Rejection {
  readonly unresolvable: boolean
  readonly reasons: readonly string[]
}

/** Stands for all pods that the plugins of one profile cannot tell apart. */
export interface Signature {
  /** The plugins that go by it. */
  readonly plugins: ReadonlySet<{ readonly name: string }>
}

/** What the plugins that go by a signature have said of a node. */
export interface NodeVerdict {
  readonly signature: Signature
  /** The first that refuses. */
  readonly refusal: { readonly plugin: string; readonly rejection: Rejection } | undefined
  /** Its place among the filters of the profile; behind all of them where none refuses. */
  readonly place: number
  /** Of the score plugins that are not seen beside those of other nodes: all together, by their weights. NaN until it is first scored. */
  sum: number
  /** Of those that are (`normalize`), in their order. */
  relative: readonly number[]
  /** The one that was given for another signature before. */
  next: NodeVerdict | undefined
}
