import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import type { Condition, KubeObject, Tone } from '../../kube/types.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { ObjectLink } from '../generic/common.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'

const group = 'flowcontrol.apiserver.k8s.io'

interface FlowSchema extends KubeObject {
  spec?: {
    matchingPrecedence?: number
    priorityLevelConfiguration?: { name: string }
    distinguisherMethod?: { type: string }
    rules?: {
      subjects?: { kind: string; user?: { name: string }; group?: { name: string }; serviceAccount?: { namespace: string; name: string } }[]
      resourceRules?: { verbs?: string[]; apiGroups?: string[]; resources?: string[]; namespaces?: string[]; clusterScope?: boolean }[]
      nonResourceRules?: { verbs?: string[]; nonResourceURLs?: string[] }[]
    }[]
  }
  status?: { conditions?: Condition[] }
}

interface PriorityLevel extends KubeObject {
  spec?: {
    type?: string
    limited?: {
      nominalConcurrencyShares?: number
      lendablePercent?: number
      borrowingLimitPercent?: number
      limitResponse?: { type: string; queuing?: { queues?: number; handSize?: number; queueLengthLimit?: number } }
    }
    exempt?: { nominalConcurrencyShares?: number; lendablePercent?: number }
  }
  status?: { conditions?: Condition[] }
}

interface PriorityClass extends KubeObject {
  value?: number
  globalDefault?: boolean
  preemptionPolicy?: string
  description?: string
}

/** Whose requests of which kind go to which priority level. */
function FlowSchemaOverview({ object }: { object: FlowSchema }) {
  const { t } = useTranslation()
  const { spec, status } = object
  const level = spec?.priorityLevelConfiguration?.name
  return (
    <PageBody
      object={object}
      conditions={status?.conditions}
      facts={[
        [t('priorities.level'), level && <ObjectLink resource={`prioritylevelconfigurations.${group}`} namespace="" name={level} />],
        [t('priorities.precedence'), spec?.matchingPrecedence !== undefined && figure(spec.matchingPrecedence)],
        [t('priorities.distinguisher'), spec?.distinguisherMethod?.type],
      ]}
    >
      <Section title={t('sections.rules')}>
        <Table
          head={[t('rbac.subjects'), t('priorities.requests')]}
          rows={(spec?.rules ?? []).map(({ subjects = [], resourceRules = [], nonResourceRules = [] }, index) => ({
            key: String(index),
            cells: [
              subjects.map(({ kind, user, group: inGroup, serviceAccount }, at) => (
                <div key={at}>
                  <span className="dim">{`${kind} `}</span>
                  {user?.name ?? inGroup?.name ?? (serviceAccount && `${serviceAccount.namespace}/${serviceAccount.name}`)}
                </div>
              )),
              [
                ...resourceRules.map(({ verbs = [], apiGroups = [], resources = [], namespaces = [] }) =>
                  [verbs.join(' '), `${resources.join(', ')} (${apiGroups.map((one) => one || 'core').join(', ')})`, namespaces.join(', ')]
                    .filter(Boolean)
                    .join(' · '),
                ),
                ...nonResourceRules.map(({ verbs = [], nonResourceURLs = [] }) => `${verbs.join(' ')} · ${nonResourceURLs.join(', ')}`),
              ].map((text, at) => (
                <div key={at} className="mono">
                  {text}
                </div>
              )),
            ],
          }))}
        />
      </Section>
    </PageBody>
  )
}

/** How many requests at once a level may have, and what waits. */
function PriorityLevelOverview({ object }: { object: PriorityLevel }) {
  const { t } = useTranslation()
  const { spec, status } = object
  const of = spec?.limited ?? spec?.exempt
  const queuing = spec?.limited?.limitResponse?.queuing
  const count = (value: number | undefined, unit = ''): string | undefined => (value === undefined ? undefined : `${figure(value)}${unit}`)
  return (
    <PageBody
      object={object}
      conditions={status?.conditions}
      facts={[
        [t('columns.type'), spec?.type],
        [t('priorities.shares'), count(of?.nominalConcurrencyShares)],
        [t('priorities.lendable'), count(of?.lendablePercent, ' %')],
        [t('priorities.borrowing'), count(spec?.limited?.borrowingLimitPercent, ' %')],
        [t('priorities.response'), spec?.limited?.limitResponse?.type],
        [t('priorities.queues'), count(queuing?.queues)],
        [t('priorities.handSize'), count(queuing?.handSize)],
        [t('priorities.queueLength'), count(queuing?.queueLengthLimit)],
      ]}
    />
  )
}

function PriorityClassOverview({ object }: { object: PriorityClass }) {
  const { t } = useTranslation()
  return (
    <PageBody
      object={object}
      facts={[
        [t('priorities.value'), object.value !== undefined && figure(Number(object.value))],
        [t('storage.default'), object.globalDefault && <ToneWord tone="ok">{t('secret.yes')}</ToneWord>],
        [t('priorities.preemption'), object.preemptionPolicy],
        [t('helm.description'), object.description],
      ]}
    />
  )
}

/** A schema without its level sends nobody anywhere. */
function dangling({ status }: FlowSchema): { text: string; tone: Tone } | undefined {
  const found = status?.conditions?.find(({ type }) => type === 'Dangling')
  return found?.status === 'True' ? { text: 'Dangling', tone: 'bad' } : undefined
}

export const priorityPages: Record<string, unknown> = {
  [`flowschemas.${group}`]: { status: dangling, Overview: FlowSchemaOverview } satisfies KindPage<FlowSchema>,
  [`prioritylevelconfigurations.${group}`]: { Overview: PriorityLevelOverview } satisfies KindPage<PriorityLevel>,
  'priorityclasses.scheduling.k8s.io': { Overview: PriorityClassOverview } satisfies KindPage<PriorityClass>,
}
