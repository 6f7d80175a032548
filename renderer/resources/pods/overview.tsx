import { useTranslation } from 'react-i18next'
import { isRecord } from '../../kube/types.ts'
import { Age } from '../../ui/age.tsx'
import { Facts, Path, Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { Conditions, MainFacts, Metadata, ObjectLink } from '../generic/common.tsx'
import { RecentEvents } from '../events/events-tab.tsx'
import type { Container, ContainerState, ContainerStatus, Pod, Probe } from './types.ts'

export const containerNames = (pod: Pod): string[] => {
  const names = (containers: Container[] | undefined): string[] => (containers ?? []).map((c) => c.name)
  return [...names(pod.spec?.containers), ...names(pod.spec?.initContainers), ...names(pod.spec?.ephemeralContainers)]
}

export function PodOverview({ object: pod }: { object: Pod }) {
  const { t } = useTranslation()
  const { spec, status } = pod
  const unscheduled = status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False')
  return (
    <div className="overview">
      {unscheduled && (
        <p className="why">
          <strong>{unscheduled.reason}</strong> {unscheduled.message}
        </p>
      )}
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
              <ObjectLink resource="serviceaccounts" namespace={pod.metadata.namespace ?? ''} name={spec.serviceAccountName} />
            ),
          ],
          [t('facts.restartPolicy'), spec?.restartPolicy],
          [t('facts.priorityClass'), spec?.priorityClassName],
        ]}
      />
      <Containers title={t('sections.initContainers')} containers={spec?.initContainers} statuses={status?.initContainerStatuses} />
      <Containers title={t('sections.containers')} containers={spec?.containers} statuses={status?.containerStatuses} />
      <Containers
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

function Containers({
  title,
  containers,
  statuses,
}: {
  title: string
  containers: Container[] | undefined
  statuses: ContainerStatus[] | undefined
}) {
  if (!containers?.length) return null
  return (
    <Section title={title}>
      {containers.map((container) => (
        <ContainerBox key={container.name} container={container} status={statuses?.find((s) => s.name === container.name)} />
      ))}
    </Section>
  )
}

function ContainerBox({ container, status }: { container: Container; status: ContainerStatus | undefined }) {
  const { t } = useTranslation()
  const { resources } = container
  const amounts = (of: Record<string, string> | undefined): string | undefined =>
    of &&
    Object.entries(of)
      .map(([name, amount]) => `${name} ${amount}`)
      .join(', ')
  return (
    <div className="container-box">
      <h4>
        {container.name}
        <StateWord state={status?.state} ready={status?.ready ?? false} />
      </h4>
      {status?.state?.waiting?.message && <p className="why bad">{status.state.waiting.message}</p>}
      <Facts
        rows={[
          [
            t('facts.image'),
            <span key="image" className="mono">
              {container.image}
            </span>,
          ],
          [t('columns.restarts'), status?.restartCount !== undefined && String(status.restartCount)],
          [t('facts.lastState'), status?.lastState?.terminated && <Terminated state={status.lastState} />],
          [
            t('columns.ports'),
            container.ports?.map((p) => `${p.name ? `${p.name} ` : ''}${p.containerPort}/${p.protocol ?? 'TCP'}`).join(', '),
          ],
          [t('facts.requests'), amounts(resources?.requests)],
          [t('facts.limits'), amounts(resources?.limits)],
          [t('facts.command'), container.command && <span className="mono">{container.command.join(' ')}</span>],
          [t('facts.args'), container.args && <span className="mono">{container.args.join(' ')}</span>],
          [t('facts.liveness'), probeText(container.livenessProbe)],
          [t('facts.readiness'), probeText(container.readinessProbe)],
          [t('facts.startup'), probeText(container.startupProbe)],
          [
            t('facts.mounts'),
            container.volumeMounts?.length && (
              <div className="mono">
                {container.volumeMounts.map((m) => (
                  <div key={m.mountPath}>
                    <Path text={`${m.mountPath} ← ${m.name}${m.readOnly ? ' (ro)' : ''}`} />
                  </div>
                ))}
              </div>
            ),
          ],
          [t('facts.environment'), container.env?.length && t('facts.variables', { count: container.env.length })],
        ]}
      />
    </div>
  )
}

function StateWord({ state, ready }: { state: ContainerState | undefined; ready: boolean }) {
  const { t } = useTranslation()
  if (state?.running) return <ToneWord tone={ready ? 'ok' : 'warn'}>{ready ? t('pods.runningReady') : t('pods.runningNotReady')}</ToneWord>
  if (state?.waiting) {
    const starting = state.waiting.reason === 'ContainerCreating' || state.waiting.reason === 'PodInitializing'
    return <ToneWord tone={starting ? 'busy' : 'bad'}>{state.waiting.reason ?? t('pods.waiting')}</ToneWord>
  }
  if (state?.terminated) {
    const { exitCode, reason } = state.terminated
    return <ToneWord tone={exitCode === 0 ? 'ok' : 'bad'}>{`${reason ?? ''} ${t('home.exitCode', { code: exitCode })}`.trim()}</ToneWord>
  }
  return <ToneWord tone="muted">{t('pods.noState')}</ToneWord>
}

function Terminated({ state }: { state: ContainerState }) {
  const { t } = useTranslation()
  const end = state.terminated
  if (!end) return null
  return (
    <span>
      {`${end.reason ?? ''} · ${t('home.exitCode', { code: end.exitCode })} `}
      {end.finishedAt && <Age at={Date.parse(end.finishedAt)} />}
      {end.message && <span className="dim"> {end.message}</span>}
    </span>
  )
}

/** `GET :8080/healthz · every 10s · 3 failures`: facts in the field's own words. */
export function probeText(probe: Probe | undefined): string | undefined {
  if (!probe) return undefined
  const { httpGet, tcpSocket, grpc, exec } = probe
  const how = httpGet
    ? `${httpGet.scheme ?? 'HTTP'} :${httpGet.port}${httpGet.path ?? '/'}`
    : tcpSocket
      ? `TCP :${tcpSocket.port}`
      : grpc
        ? `gRPC :${grpc.port}`
        : `exec ${(exec?.command ?? []).join(' ')}`
  const times = [
    probe.initialDelaySeconds ? `delay=${probe.initialDelaySeconds}s` : '',
    `period=${probe.periodSeconds ?? 10}s`,
    `timeout=${probe.timeoutSeconds ?? 1}s`,
    `#failure=${probe.failureThreshold ?? 3}`,
  ]
  return [how, ...times.filter(Boolean)].join(' ')
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
                <ObjectLink key="link" resource={target.resource} namespace={pod.metadata.namespace ?? ''} name={name} />
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
