import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { isHeld } from '../../kube/control-loops.ts'
import { clusterPath, request } from '../../kube/fetch.ts'
import { figure } from '../../kube/figures.ts'
import type { KubeObject } from '../../kube/types.ts'
import { useObject } from '../../queries/hub.ts'
import { Age } from '../../ui/age.tsx'
import { ErrorView } from '../../ui/error-view.tsx'
import { Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { type Loops, readLoops } from './loops.ts'
import './loops.css'

const refreshMs = 5_000
const leases = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespaced: true }
const system = 'kube-system'

interface Lease extends KubeObject {
  spec?: { holderIdentity?: string; renewTime?: string; leaseDurationSeconds?: number; leaseTransitions?: number }
}

/** What looks after the cluster: which loops run, who leads, what waits in their queues and what had to be tried again. */
export function LoopsPage() {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { data, error, refetch } = useQuery({
    queryKey: ['loops', context],
    queryFn: async ({ signal }) => readLoops(await (await request(clusterPath(context, '/metrics'), { signal })).text()),
    refetchInterval: refreshMs,
    retry: false,
  })
  return (
    <div className="loops">
      <h1>{t('controlLoops.title')}</h1>
      <Leaders context={context} />
      {error && <ErrorView error={error} onRetry={() => void refetch()} />}
      {data && data.loops.length + data.queues.length === 0 && <p className="dim">{t('controlLoops.elsewhere')}</p>}
      {data && <Told loops={data} context={context} />}
    </div>
  )
}

function Told({ loops: { loops, queues, pending, attempts }, context }: { loops: Loops; context: string }) {
  const { t } = useTranslation()
  return (
    <>
      {pending.length > 0 && (
        <Section title={t('controlLoops.scheduler')}>
          <Table
            head={[t('controlLoops.queue'), t('columns.count')]}
            numbers={[1]}
            rows={[
              ...pending.map(({ queue, count }) => ({ key: `queue ${queue}`, cells: [queue, figure(count)] })),
              ...attempts.map(({ result, count }) => ({
                key: `result ${result}`,
                cells: [t('controlLoops.tried', { result }), figure(count)],
              })),
            ]}
          />
        </Section>
      )}
      {queues.length > 0 && (
        <Section title={t('controlLoops.queues')}>
          <Table
            head={[
              t('columns.name'),
              t('controlLoops.depth'),
              t('controlLoops.longest'),
              t('controlLoops.adds'),
              t('controlLoops.retries'),
              t('columns.status'),
            ]}
            numbers={[1, 2, 3, 4]}
            rows={queues.map(({ name, depth, longest, adds, retries }) => ({
              key: name,
              cells: [
                name,
                figure(depth),
                longest === 0 ? '' : `${figure(longest, 1)} s`,
                figure(adds),
                figure(retries),
                <ToneWord key="word" tone={depth > 0 || longest > 0 ? 'busy' : 'ok'}>
                  {t(depth > 0 || longest > 0 ? 'controlLoops.working' : 'controlLoops.idle')}
                </ToneWord>,
              ],
            }))}
          />
        </Section>
      )}
      {loops.length > 0 && (
        <Section title={t('controlLoops.loops')}>
          <Table
            head={[t('columns.name'), t('columns.status')]}
            rows={loops.map(({ name, runs }) => ({
              key: name,
              cells: [
                name,
                <ToneWord key="word" tone={runs ? 'ok' : 'muted'}>
                  {t(runs ? 'controlLoops.runs' : 'controlLoops.off')}
                </ToneWord>,
              ],
            }))}
          />
        </Section>
      )}
      <p>
        <Link to={placeUrl({ context, resource: 'events', filter: 'status:warning' })}>{t('controlLoops.warnings')}</Link>
      </p>
    </>
  )
}

/** Whoever holds a Lease of the system's namespace leads: of this cluster's own components, and of any other that is elected there. */
function Leaders({ context }: { context: string }) {
  const { t } = useTranslation()
  const source = useMemo(() => ({ context, resource: leases, namespace: system }), [context])
  const all = useObject(source)?.all as readonly Lease[] | undefined
  // An API server tells of itself in a Lease of its identity; nobody else could lead there.
  const elected = (all ?? []).filter(({ metadata }) => metadata.labels?.['apiserver.kubernetes.io/identity'] === undefined)
  if (elected.length === 0) return null
  return (
    <Section title={t('controlLoops.leaders')}>
      <Table
        head={[t('columns.name'), t('leases.holder'), t('leases.renewed'), t('columns.status')]}
        rows={elected.map((lease) => {
          const held = isHeld(lease, Date.now())
          const renewed = Date.parse(lease.spec?.renewTime ?? '')
          return {
            key: lease.metadata.name,
            cells: [
              <Link
                key="lease"
                to={placeUrl({
                  context,
                  resource: 'leases.coordination.k8s.io',
                  object: { namespace: system, name: lease.metadata.name },
                })}
              >
                {lease.metadata.name}
              </Link>,
              <span key="holder" className="mono">
                {lease.spec?.holderIdentity ?? ''}
              </span>,
              Number.isNaN(renewed) ? '' : <Age key="age" at={renewed} />,
              <ToneWord key="word" tone={held ? 'ok' : 'warn'}>
                {t(held ? 'controlLoops.leads' : 'controlLoops.expired')}
              </ToneWord>,
            ],
          }
        })}
      />
    </Section>
  )
}
