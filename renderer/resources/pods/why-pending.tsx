import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { nodes, pods } from '../../queries/discovery.ts'
import { useObject, useSummary } from '../../queries/hub.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import { ObjectLink } from '../generic/common.tsx'
import type { Node } from '../nodes/types.ts'
import { type Asked, readMessage, type Verdict, verdictsOf } from './placement.ts'
import type { Pod } from './types.ts'

/** As many nodes as one reads. */
const most = 40

/** Why no node has taken a pod: in the scheduler's words, and filter by filter for each node. Nothing for a pod that has one. */
export function WhyPending({ pod }: { pod: Pod }) {
  const { t } = useTranslation()
  const waiting = !pod.spec?.nodeName && !pod.metadata.deletionTimestamp && pod.status?.phase === 'Pending'
  const told = pod.status?.conditions?.find((c) => c.type === 'PodScheduled' && c.status === 'False')
  if (!waiting || !told) return null
  const gates = pod.spec?.schedulingGates ?? []
  const message = readMessage(told.message ?? '')
  return (
    <Section title={t('placement.title')}>
      <p className="why">
        <strong>{told.reason}</strong> {message ? message.rest : told.message}
      </p>
      {message && (
        <Table
          head={[t('columns.reason'), t('placement.nodes')]}
          numbers={[1]}
          rows={message.reasons.map(({ count, reason }) => ({
            key: reason,
            cells: [reason, `${figure(count)} / ${figure(message.nodes)}`],
          }))}
        />
      )}
      {gates.length > 0 ? (
        <p>
          {t('placement.gates')} <span className="mono">{gates.map(({ name }) => name).join(', ')}</span>
        </p>
      ) : (
        <Verdicts pod={pod} />
      )}
    </Section>
  )
}

function Verdicts({ pod }: { pod: Pod }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const nodeSource = useMemo(() => ({ context, resource: nodes }), [context])
  const podSource = useMemo(() => ({ context, resource: pods }), [context])
  const all = useObject(nodeSource)?.all as readonly Node[] | undefined
  const asked = useSummary<Record<string, Asked>>(podSource, 'askedByNode')
  const verdicts = useMemo(() => (all && asked?.state.synced ? verdictsOf(pod, all, asked.value) : []), [pod, all, asked])
  if (verdicts.length === 0) return null
  return (
    <>
      <Table
        head={[t('columns.node'), t('placement.filters')]}
        rows={verdicts.slice(0, most).map(({ node, verdicts: judged }) => ({
          key: node,
          cells: [<ObjectLink key="node" resource="nodes" namespace="" name={node} />, <Judged key="verdicts" of={judged} />],
        }))}
      />
      {verdicts.length > most && <p className="dim">{t('common.more', { count: verdicts.length - most })}</p>}
      <p className="dim">{t('placement.scope')}</p>
    </>
  )
}

/** What refuses it first, each with its reason; then what does not. */
function Judged({ of }: { of: readonly Verdict[] }) {
  const { t } = useTranslation()
  const passed = of.filter(({ reason }) => reason === undefined).map(({ filter }) => filter)
  return (
    <>
      {of.map(
        ({ filter, reason }) =>
          reason !== undefined && (
            <div key={filter}>
              <ToneWord tone="bad">{filter}</ToneWord> {reason}
            </div>
          ),
      )}
      {passed.length > 0 && (
        <div>
          <ToneWord tone="ok">{t('placement.passes')}</ToneWord> <span className="dim">{passed.join(', ')}</span>
        </div>
      )}
    </>
  )
}
