import { going } from '../../kube/going.ts'
import { parseQuantity } from '../../kube/quantity.ts'
import type { StatusWord, Tone } from '../../kube/types.ts'
import type { Claim, Volume } from './types.ts'

const phases: Record<string, Tone> = { Bound: 'ok', Available: 'ok', Pending: 'busy', Released: 'warn', Lost: 'bad', Failed: 'bad' }

/** The phase, as kubectl's STATUS has it. */
export function volumeStatus({ metadata, status }: Claim | Volume): StatusWord | undefined {
  const leaving = going(metadata)
  if (leaving) return leaving
  return status?.phase ? { text: status.phase, tone: phases[status.phase] ?? 'muted' } : undefined
}

/** Conditions of a claim that is expanded (k8s.io/api core/v1 PersistentVolumeClaimConditionType); the first that holds speaks. */
const conditions: Record<string, Tone> = {
  ControllerResizeError: 'bad',
  NodeResizeError: 'bad',
  FileSystemResizePending: 'busy',
  Resizing: 'busy',
}

/** A bound claim also says how far its expansion is: until it is done there is less room than was asked for. */
export function claimStatus(claim: Claim): StatusWord | undefined {
  const word = volumeStatus(claim)
  if (word?.text !== 'Bound') return word
  const { spec, status } = claim
  // As the resizers tell it (KEP-1790): ControllerResizeInProgress, NodeResizePending, NodeResizeInfeasible and others.
  const told = status?.allocatedResourceStatuses?.storage
  if (told) return { text: told, tone: told.endsWith('Infeasible') ? 'bad' : 'busy' }
  const holds = Object.keys(conditions).find((type) => status?.conditions?.some((c) => c.type === type && c.status === 'True'))
  if (holds) return { text: holds, tone: conditions[holds] ?? 'busy' }
  const [wanted, has] = [parseQuantity(spec?.resources?.requests?.storage), parseQuantity(status?.capacity?.storage)]
  // A volume may be larger than what was asked for, and is smaller only while nobody has expanded it.
  return wanted !== undefined && has !== undefined && wanted > has ? { text: 'ExpansionPending', tone: 'busy' } : word
}
