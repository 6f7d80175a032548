import { goQuote } from '../machinery/go-quote.ts'
import { StatusError } from '../machinery/status.ts'
import type { ManagerId } from './managed-fields.ts'
import { printPath, type PathElement } from './path-element.ts'

export interface Conflict {
  readonly id: ManagerId
  readonly apiVersion: string
  readonly time: string | undefined
  readonly path: readonly PathElement[]
}

/** An apply would change what others own. */
export class Conflicts extends Error {
  override name = 'Conflicts'
  readonly conflicts: readonly Conflict[]
  constructor(conflicts: readonly Conflict[]) {
    super(messageOf(conflicts))
    this.conflicts = conflicts
  }

  /** 409 with one cause a field, in the reference's words (`managedfields/internal/conflict.go`). */
  toStatus(): StatusError {
    return new StatusError(409, 'Conflict', this.message, {
      causes: this.conflicts.map((c) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${printManager(c)}`,
        field: printPath(c.path),
      })),
    })
  }
}

function printManager({ id }: Conflict): string {
  const name = goQuote(id.manager) + (id.subresource === '' ? '' : ` with subresource ${goQuote(id.subresource)}`)
  return id.operation === 'Update' ? `${name} using ${id.apiVersion}` : name
}

function messageOf(conflicts: readonly Conflict[]): string {
  const [first] = conflicts
  if (conflicts.length === 1 && first !== undefined)
    return `Apply failed with 1 conflict: conflict with ${printManager(first)}: ${printPath(first.path)}`
  const byManager = new Map<string, string[]>()
  for (const c of conflicts) {
    const manager = printManager(c)
    byManager.set(manager, [...(byManager.get(manager) ?? []), `- ${printPath(c.path)}`])
  }
  const lines = [...byManager].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([manager, paths]) => [`conflicts with ${manager}:`, ...paths])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}
