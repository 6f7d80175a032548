import { useTranslation } from 'react-i18next'
import { isRecord } from '../../kube/types.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { Conditions, MainFacts, Metadata, ObjectLink } from '../generic/common.tsx'
import { RefLink } from '../generic/ref-link.tsx'
import { UsageCourse } from '../generic/usage-course.tsx'
import { RecentEvents } from '../events/events-tab.tsx'
import { Containers } from './containers.tsx'
import type { Pod } from './types.ts'
import { WhyPending } from './placement/why-pending.tsx'

export function PodOverview({ object: pod }: { object: Pod }) {
  const { t } = useTranslation()
  const { spec, status } = pod
  return (
    <div className="overview">
      <WhyPending pod={pod} />
      {status?.message && <p className="why">{status.message}</p>}
      <MainFacts
        object={pod}
        extra={[
          [t('columns.node'), spec?.nodeName && <ObjectLink resource="nodes" namespace="" name={spec.nodeName} />],
          [t('facts.podIP'), status?.podIP && <span className="mono">{status.podIP}</span>],
          [t('columns.qos'), status?.qosClass],
          [
            t('facts.serviceAccount'),
            spec?.serviceAccountName && (
              <RefLink resource="serviceaccounts" namespace={pod.metadata.namespace ?? ''} name={spec.serviceAccountName} />
            ),
          ],
          [t('facts.restartPolicy'), spec?.restartPolicy],
          [t('facts.priorityClass'), spec?.priorityClassName],
        ]}
      />
      {status?.phase === 'Running' && (
        <UsageCourse of="pods" namespace={pod.metadata.namespace ?? ''} name={pod.metadata.name} node={spec?.nodeName ?? ''} />
      )}
      <Containers
        namespace={pod.metadata.namespace}
        title={t('sections.initContainers')}
        containers={spec?.initContainers}
        statuses={status?.initContainerStatuses}
      />
      <Containers
        namespace={pod.metadata.namespace}
        title={t('sections.containers')}
        containers={spec?.containers}
        statuses={status?.containerStatuses}
      />
      <Containers
        namespace={pod.metadata.namespace}
        title={t('sections.ephemeralContainers')}
        containers={spec?.ephemeralContainers}
        statuses={status?.ephemeralContainerStatuses}
      />
      <Conditions conditions={status?.conditions} />
      <Volumes pod={pod} />
      <RecentEvents object={pod} />
      <Metadata object={pod} />
    </div>
  )
}

/** Volume sources that name an object one can go to. */
const volumeTargets: Record<string, { resource: string; field: string }> = {
  configMap: { resource: 'configmaps', field: 'name' },
  secret: { resource: 'secrets', field: 'secretName' },
  persistentVolumeClaim: { resource: 'persistentvolumeclaims', field: 'claimName' },
}

function Volumes({ pod }: { pod: Pod }) {
  const { t } = useTranslation()
  const volumes = pod.spec?.volumes ?? []
  if (volumes.length === 0) return null
  return (
    <Section title={t('sections.volumes')}>
      <Table
        head={[t('columns.name'), t('columns.type'), t('facts.source')]}
        rows={volumes.map((volume) => {
          const type = Object.keys(volume).find((key) => key !== 'name') ?? ''
          const source = volume[type]
          const target = volumeTargets[type]
          const name = target && isRecord(source) ? source[target.field] : undefined
          return {
            key: volume.name,
            cells: [
              volume.name,
              type,
              target && typeof name === 'string' ? (
                <RefLink key="link" resource={target.resource} namespace={pod.metadata.namespace ?? ''} name={name} />
              ) : (
                <span key="text" className="mono dim">
                  {volumeText(source)}
                </span>
              ),
            ],
          }
        })}
      />
    </Section>
  )
}

function volumeText(source: unknown): string {
  if (!isRecord(source)) return ''
  if (Array.isArray(source.sources))
    return source.sources
      .filter(isRecord)
      .flatMap((s) => Object.keys(s))
      .join(', ')
  return Object.entries(source)
    .filter(([, value]) => typeof value !== 'object')
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ')
}
