import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { figure } from '../../../kube/figures.ts'
import { Section, Table } from '../../../ui/facts.tsx'
import { ToneWord } from '../../../ui/icon.tsx'
import { usePlace } from '../../../ui/place.ts'
import { ObjectLink } from '../../generic/common.tsx'
import type { Pod } from '../types.ts'
import { readMessage } from './message.ts'
import type { Verdict } from './types.ts'
import { useSurroundings } from './use-surroundings.ts'
import { verdictsOf } from './verdicts.ts'

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
  const around = useSurroundings(context, pod)
  const verdicts = useMemo(() => around && verdictsOf(pod, around), [pod, around])
  if (!verdicts) return null
  return (
    <>
      {verdicts.pod.length > 0 && <Judged of={verdicts.pod} />}
      {verdicts.nodes.length > 0 && (
        <Table
          head={[t('columns.node'), t('placement.filters')]}
          rows={verdicts.nodes.slice(0, most).map(({ node, verdicts: judged }) => ({
            key: node,
            cells: [<NodeName key="node" name={node} />, <Judged key="verdicts" of={judged} />],
          }))}
        />
      )}
      {verdicts.nodes.length > most && <p className="dim">{t('common.more', { count: verdicts.nodes.length - most })}</p>}
      <p className="dim">{t('placement.scope')}</p>
    </>
  )
}

/** Not squeezed by what is said of it. */
const NodeName = ({ name }: { name: string }) => (
  <span className="placement-node">
    <ObjectLink resource="nodes" namespace="" name={name} />
  </span>
)

/** What refuses it first, each with its reason and who is in the way; then what cannot be told, and what does not refuse it. */
function Judged({ of }: { of: readonly Verdict[] }) {
  const { t } = useTranslation()
  const unknown = of.filter((one) => one.unknown).map(({ filter }) => filter)
  const passed = of.filter((one) => !one.refusal && !one.unknown).map(({ filter }) => filter)
  return (
    <>
      {of.map(
        ({ filter, refusal }) =>
          refusal && (
            <div key={filter}>
              <ToneWord tone="bad">{filter}</ToneWord> {refusal.reason}
              {refusal.detail !== undefined && <span className="dim mono"> {refusal.detail}</span>}
            </div>
          ),
      )}
      {unknown.length > 0 && (
        <div>
          <ToneWord tone="muted">{t('placement.unknown')}</ToneWord> <span className="dim">{unknown.join(', ')}</span>
        </div>
      )}
      {passed.length > 0 && (
        <div>
          <ToneWord tone="ok">{t('placement.passes')}</ToneWord> <span className="dim">{passed.join(', ')}</span>
        </div>
      )}
    </>
  )
}
