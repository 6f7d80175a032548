import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { formatBytes, formatCores } from '../../kube/quantity.ts'
import { Meter } from '../../ui/meter.tsx'
import type { Requests } from '../summaries.ts'
import './meters.css'
import type { Usage } from '../../kube/node-usage.ts'

/** What can be allocated: cores, bytes, pods; undefined where the node does not say. */
export type Allocatable = Record<'cpu' | 'memory' | 'pods', number | undefined>

/**
 * What is requested of a node and what it uses, in the words and units that home and the node's page share. `requests` are those of all
 * pods of the node; undefined, like each figure of `usage`, while it is not known: a zero would be a claim.
 */
export function NodeMeters({ of, requests, usage }: { of: Allocatable; requests: Requests | undefined; usage: Usage | undefined }) {
  const { t } = useTranslation()
  const meter = (label: string, value: number | undefined, max: number | undefined, write: (value: number) => string) => (
    <Meter label={t(label)} value={value} max={max} text={shares(value, max, write, t('nodes.notKnown'))} />
  )
  return (
    <div className="node-meters">
      {meter('nodes.cpuRequested', requests?.cpu, of.cpu, formatCores)}
      {meter('nodes.memoryRequested', requests?.memory, of.memory, formatBytes)}
      {meter('nodes.pods', requests?.pods, of.pods, figure)}
      {meter('nodes.cpuUsed', usage?.cpu, of.cpu, formatCores)}
      {meter('nodes.memoryUsed', usage?.memory, of.memory, formatBytes)}
    </div>
  )
}

function shares(value: number | undefined, max: number | undefined, write: (value: number) => string, unknown: string): string {
  if (value === undefined) return unknown
  return `${write(value)} / ${max === undefined ? '?' : write(max)}`
}
