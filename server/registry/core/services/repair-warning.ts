import type { KubeObject } from '../../../machinery/types.ts'

/** Tells of what is wrong with an object as an event of type Warning; `action` is what was under way (events.k8s.io/v1). */
export type RepairWarning = (about: RepairedObject, reason: string, action: string, message: string) => void

export interface RepairedObject {
  readonly apiVersion: string
  readonly kind: string
  readonly object: KubeObject
}

/** Which of the two loops speaks: each has its own name as the reporter of an event. */
export type RepairLoop = 'ipallocator-repair-controller' | 'portallocator-repair-controller'
