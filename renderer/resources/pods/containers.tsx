import { useTranslation } from 'react-i18next'
import { Age } from '../../ui/age.tsx'
import { Facts, Path, Section } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { Environment } from './environment.tsx'
import type { Container, ContainerState, ContainerStatus, Probe } from './types.ts'

/** Containers of a pod with their states, or of a template, which has none. */
export function Containers({
  title,
  namespace = '',
  containers,
  statuses,
  template = false,
}: {
  title: string
  namespace: string | undefined
  containers: Container[] | undefined
  statuses?: ContainerStatus[]
  template?: boolean
}) {
  if (!containers?.length) return null
  return (
    <Section title={title}>
      {containers.map((container) => (
        <ContainerBox
          key={container.name}
          namespace={namespace}
          container={container}
          status={statuses?.find((s) => s.name === container.name)}
          template={template}
        />
      ))}
    </Section>
  )
}

interface BoxProps {
  namespace: string
  container: Container
  status: ContainerStatus | undefined
  template: boolean
}

function ContainerBox({ namespace, container, status, template }: BoxProps) {
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
        {!template && <StateWord state={status?.state} ready={status?.ready ?? false} />}
        {container.restartPolicy === 'Always' && <span className="chip">{t('pods.sidecar')}</span>}
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
          [
            t('facts.environment'),
            (container.env?.length || container.envFrom?.length) && <Environment key="environment" of={container} namespace={namespace} />,
          ],
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
function probeText(probe: Probe | undefined): string | undefined {
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
