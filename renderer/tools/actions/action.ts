import type { ComponentType } from 'react'
import type { RowRef } from '../../kube/protocol.ts'
import { type Resource, resourcePath } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import type { ActionRow, Skip, Step } from './row.ts'
import type { IconName } from '../../ui/icon.tsx'
import type { Place } from '../../ui/place.ts'

/** Objects of one kind in one cluster that something is to be done to. */
export interface Target {
  context: string
  resource: Resource
  objects: readonly RowRef[]
  /** Takes the keys of the objects that are gone then. */
  gone?: (keys: readonly string[]) => void
}

export interface FormProps<V> {
  target: Target
  objects: readonly KubeObject[]
  value: V
  onChange(value: V): void
}

/** A request that an action makes. Without a `resource` it is one for the objects themselves, or their subresource. */
export interface Need {
  verb: string
  /** `pods/log`, `jobs.batch`. */
  resource?: string
  subresource?: string
}

interface Named {
  /** `actions.<id>` in the catalogues. */
  id: string
  icon: IconName
  /** One key that does it, in a list and in details. */
  key?: string
  danger?: boolean
  /** Whether the kind has it, from what the server says that it serves. */
  offered(resource: Resource): boolean
  /** Whether it makes sense for this object; where the object is not known, it is offered. */
  applies?(object: KubeObject): boolean
  /** For many objects at once. */
  bulk: boolean
  /** What one must be allowed to. */
  needs: readonly Need[]
}

/** Goes through what is sent, its difference, the server's dry run and the way back: `ChangeDialog`. */
export interface ChangeAction<V = unknown> extends Named {
  /** What is filled in before anybody has typed. */
  initial?(objects: readonly KubeObject[], now: Date): V
  Form?: ComponentType<FormProps<V>>
  /** Why what is filled in, or a part of it, cannot be sent: a key of the catalogues. The server is not asked about such a thing. */
  fault?(value: V): string | undefined
  /** What it sends is kept where it was typed until it is done. */
  draft?: boolean
  /** Told when it is over. */
  done?(rows: readonly ActionRow[]): void
  /** Undefined while what was filled in says nothing yet. */
  plan(object: KubeObject, value: V, at: { path: string; now: Date }): Step | Skip | undefined
}

/** Has a dialog of its own. */
export interface DialogAction extends Named {
  Dialog: ComponentType<{ target: Target; onClose(): void }>
}

/** Is done at another place of the window. */
export interface PlaceAction extends Named {
  to(target: Target): Partial<Place>
}

export type Action = ChangeAction<never> | DialogAction | PlaceAction

export const objectPath = (resource: Resource, { namespace, name }: { namespace?: string; name: string }): string =>
  resourcePath(resource, namespace, name)

/** The actions of a kind that can be done to these: `object` is the only one of them, where it is known. */
export function offeredFor(actions: readonly Action[], { resource, objects }: Target, object?: KubeObject): Action[] {
  return actions.filter(
    (action) =>
      action.offered(resource) &&
      (action.bulk || objects.length === 1) &&
      (object === undefined || action.applies === undefined || action.applies(object)),
  )
}
