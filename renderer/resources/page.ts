import type { ComponentType } from 'react'
import type { KindView } from '../kube/columns.ts'
import type { KubeObject, StatusWord } from '../kube/types.ts'

/** A tab of the details pane. Its title is `details.tabs.<id>` in the catalogues, its address `?tab=<id>`. */
export interface DetailsTab<T> {
  id: string
  Panel: ComponentType<{ object: T }>
}

/**
 * All that the window shows of one kind; the kind's folder exports it as `page.tsx`, and `pages.tsx` names it. Objects are whole, with
 * `kind` and `apiVersion`, and new ones come with each change.
 */
export interface KindPage<T = KubeObject> {
  /** Its list and its status word; without one the list is the server's Table. The feed worker takes the same view from `kinds.ts`. */
  view?: KindView<T>
  /** The status word of a kind without a view. */
  status?(object: T): StatusWord | undefined
  Overview: ComponentType<{ object: T }>
  /** What comes after overview, YAML, events and topology, which every kind has. */
  tabs?: readonly DetailsTab<T>[]
}
