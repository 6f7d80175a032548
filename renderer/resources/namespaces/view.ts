import type { Condition, KubeObject, StatusWord, Tone } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'
import { type Mode, policiesOf } from './pod-security.ts'

export interface Namespace extends KubeObject {
  status?: { phase?: string; conditions?: Condition[] }
}

const tones: Record<string, Tone> = { Active: 'ok', Terminating: 'busy' }

function status({ status: told }: Namespace): StatusWord | undefined {
  return told?.phase ? { text: told.phase, tone: tones[told.phase] ?? 'muted' } : undefined
}

const level = (mode: Mode) => (namespace: Namespace) => {
  const found = policiesOf(namespace.metadata.labels).find((policy) => policy.mode === mode)
  return found?.level ? [found.level, found.version].filter(Boolean).join(':') : none
}

export const namespaceView = viewOf<Namespace>({
  status,
  columns: [
    { id: 'enforce', label: 'podSecurity', type: 'text', width: 150, cell: level('enforce') },
    { id: 'warn', label: 'podSecurityWarn', type: 'text', width: 150, hidden: true, cell: level('warn') },
    { id: 'audit', label: 'podSecurityAudit', type: 'text', width: 150, hidden: true, cell: level('audit') },
  ],
})
