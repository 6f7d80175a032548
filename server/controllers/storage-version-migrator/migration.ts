import type { ControllerContext } from '../controller.ts'
import { discover, type DiscoveredResource } from '../discovery.ts'
import { STORAGE_VERSION_MIGRATIONS } from '../../client/resource.ts'
import { formatTime } from '../../machinery/clock.ts'
import type { KubeObject } from '../../machinery/types.ts'

/** storagemigration.k8s.io/v1: all objects of a resource are to be stored in its storage version of now. */
export interface StorageVersionMigration extends KubeObject {
  spec: { resource: { group?: string; resource: string } }
  status?: { conditions?: Condition[]; resourceVersion?: string }
}

interface Condition {
  type: string
  status: string
  lastTransitionTime?: string
  reason: string
  message: string
  observedGeneration?: number
}

export type MigrationCondition = 'Running' | 'Succeeded' | 'Failed'

export const RUNNING = 'MigrationRunning'
export const FAILED = 'StorageVersionMigrationFailed'
export const SUCCEEDED = 'StorageVersionMigrationSucceeded'

/** A resource that is not in discovery may have been made just now. */
const PATIENCE_MS = 60_000

export const conditionOf = (svm: StorageVersionMigration, type: MigrationCondition): Condition | undefined =>
  svm.status?.conditions?.find((c) => c.type === type)
export const is = (svm: StorageVersionMigration, type: MigrationCondition): boolean => conditionOf(svm, type)?.status === 'True'
export const isOver = (svm: StorageVersionMigration): boolean => is(svm, 'Succeeded') || is(svm, 'Failed')

/** As discovery errors and Go print it. */
export const gvrText = ({ group, version, resource }: DiscoveredResource): string => `${group}/${version}, Resource=${resource}`

export const groupResourceOf = ({ spec: { resource } }: StorageVersionMigration): string => `${resource.resource}.${resource.group ?? ''}`

/** With a condition that is another; the time changes with the status alone (apimachinery `meta.SetStatusCondition`). */
export function withCondition(svm: StorageVersionMigration, condition: Condition, now: number): StorageVersionMigration {
  const conditions = svm.status?.conditions ?? []
  const before = conditions.find((c) => c.type === condition.type)
  const time = before?.status === condition.status ? before.lastTransitionTime : formatTime(now)
  const next = { ...condition, lastTransitionTime: time! }
  const rest = before === undefined ? [...conditions, next] : conditions.map((c) => (c === before ? { ...before, ...next } : c))
  return { ...svm, status: { ...svm.status, conditions: rest } }
}

/** With a condition that it has not yet, whatever it says. */
export const withFirst = (svm: StorageVersionMigration, type: MigrationCondition, reason: string, message: string, now: number) =>
  conditionOf(svm, type) === undefined ? withCondition(svm, { type, status: 'True', reason, message }, now) : svm

export function runningMessage(left?: number, total = 0, transient?: string): string {
  const progress =
    total === 0 || left === undefined
      ? ''
      : left > 0
        ? `, ${left}/${total} objects not yet migrated`
        : `, ${total} objects verified migrated`
  return `The migration is running${progress}${transient === undefined ? '' : `; transient error: ${transient}`}`
}

export async function writeStatus({ client, signal }: ControllerContext, svm: StorageVersionMigration): Promise<void> {
  await client.resource<StorageVersionMigration>(STORAGE_VERSION_MIGRATIONS).updateStatus(svm, { signal })
}

/** The resource in the version that its group prefers. */
export async function resourceFor(
  { client, signal }: ControllerContext,
  { spec: { resource } }: StorageVersionMigration,
): Promise<DiscoveredResource | undefined> {
  const { resources } = await discover(client, signal)
  return resources.find((r) => r.resource === resource.resource && r.group === (resource.group ?? ''))
}

/** Whether it was made so lately that what it names may still come. */
export const isYoung = ({ clock }: ControllerContext, { metadata }: StorageVersionMigration): boolean =>
  Date.parse(metadata.creationTimestamp ?? '') + PATIENCE_MS > clock.now()
