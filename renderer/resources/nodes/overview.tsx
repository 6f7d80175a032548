import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes, formatCores } from '../../kube/quantity.ts'
import { pods } from '../../queries/discovery.ts'
import { useSummary } from '../../queries/hub.ts'
import { useNodeUsage } from '../../queries/usage.ts'
import { Chips, Section, Table } from '../../ui/facts.tsx'
import { usePlace } from '../../ui/place.ts'
import { Conditions, MainFacts, Metadata } from '../generic/common.tsx'
import { UsageCourse } from '../generic/usage-course.tsx'
import { RecentEvents } from '../events/events-tab.tsx'
import { PodLines } from '../pods/pod-lines.tsx'
import { none } from '../printed.ts'
import type { Requests } from '../summaries.ts'
import { NodeMeters } from './meters.tsx'
import type { Node } from './types.ts'
import { allocatableOf, nodeRoles } from './view.ts'

export function NodeOverview({ object: node }: { object: Node }) {
  const { t } = useTranslation()
  const place = usePlace()
  const { name } = node.metadata
  const source = useMemo(() => ({ context: place.context, resource: pods, fieldSelector: `spec.nodeName=${name}` }), [place.context, name])
  const summary = useSummary<Requests>(source, 'requests')
  // Before the pods have come, nothing is known: a zero would be a claim.
  const requests = summary?.state.synced ? summary.value : undefined
  const info = node.status?.nodeInfo
  const images = node.status?.images ?? []
  const why = node.status?.conditions?.find((c) => c.type === 'Ready' && c.status !== 'True')
  return (
    <div className="overview">
      {why && (
        <p className="why bad">
          <strong>{why.reason}</strong> {why.message}
        </p>
      )}
      <Capacity node={node} requests={requests} />
      <UsageCourse of="nodes" namespace="" name={name} node={name} />
      <MainFacts
        object={node}
        extra={[
          [t('columns.roles'), nodeRoles(node).join(', ') || none],
          [
            t('facts.addresses'),
            <span key="a" className="mono">
              {(node.status?.addresses ?? []).map((a) => `${a.type} ${a.address}`).join(', ')}
            </span>,
          ],
          [t('facts.kubelet'), info?.kubeletVersion],
          [t('columns.runtime'), info?.containerRuntimeVersion],
          [t('facts.system'), info && [info.osImage, info.kernelVersion, info.architecture].filter(Boolean).join(' · ')],
          [t('facts.unschedulable'), node.spec?.unschedulable && t('nodes.cordoned')],
          [
            t('columns.taints'),
            node.spec?.taints && (
              <Chips of={Object.fromEntries(node.spec.taints.map((x) => [`${x.key}${x.value ? `=${x.value}` : ''}:${x.effect}`, '']))} />
            ),
          ],
          [t('facts.podCIDR'), node.spec?.podCIDR],
        ]}
      />
      <Conditions conditions={node.status?.conditions} />
      <Section title={t('sections.podsHere')}>
        <PodLines source={source} empty={t('nodes.noPods')} />
      </Section>
      {images.length > 0 && (
        <Section title={t('sections.images', { count: images.length })}>
          <Table
            head={[t('facts.image'), t('facts.size')]}
            numbers={[1]}
            rows={images.slice(0, 100).map((image) => ({
              key: image.names?.join() ?? '',
              cells: [
                <span key="n" className="mono">
                  {image.names?.at(-1)}
                </span>,
                formatBytes(image.sizeBytes ?? 0),
              ],
            }))}
          />
        </Section>
      )}
      <RecentEvents object={node} />
      <Metadata object={node} />
    </div>
  )
}

function Capacity({ node, requests }: { node: Node; requests: Requests | undefined }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { name } = node.metadata
  const usage = useNodeUsage(
    context,
    useMemo(() => [name], [name]),
  ).get(name)
  return (
    <Section title={t('sections.capacity')}>
      <NodeMeters of={allocatableOf(node)} requests={requests} usage={usage} />
      {requests && (
        <p className="dim">{t('nodes.limits', { cpu: formatCores(requests.cpuLimits), memory: formatBytes(requests.memoryLimits) })}</p>
      )}
    </Section>
  )
}
