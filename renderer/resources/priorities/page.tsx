import { useMemo } from 'react'
import { usePlace } from '../../ui/place.ts'
import { PodLines } from '../pods/pod-lines.tsx'
import { pods } from '../../queries/discovery.ts'
import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { RefLink } from '../generic/ref-link.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { classView, type FlowSchema, group, levelView, type PriorityClass, type PriorityLevel, schemaView } from './view.ts'

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
        [t('priorities.level'), level && <RefLink resource={`prioritylevelconfigurations.${group}`} namespace="" name={level} />],
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
  const { context } = usePlace()
  const source = useMemo(() => ({ context, resource: pods }), [context])
  return (
    <PageBody
      object={object}
      facts={[
        [t('priorities.value'), object.value !== undefined && figure(Number(object.value))],
        [t('storage.default'), object.globalDefault && <ToneWord tone="ok">{t('secret.yes')}</ToneWord>],
        [t('priorities.preemption'), object.preemptionPolicy],
        [t('helm.description'), object.description],
      ]}
    >
      <Section title={t('priorities.pods')}>
        <PodLines source={source} filter={`field=spec.priorityClassName=${object.metadata.name}`} empty={t('priorities.noPods')} />
      </Section>
    </PageBody>
  )
}

export const priorityPages: Record<string, unknown> = {
  [`flowschemas.${group}`]: { view: schemaView, Overview: FlowSchemaOverview } satisfies KindPage<FlowSchema>,
  [`prioritylevelconfigurations.${group}`]: { view: levelView, Overview: PriorityLevelOverview } satisfies KindPage<PriorityLevel>,
  'priorityclasses.scheduling.k8s.io': { view: classView, Overview: PriorityClassOverview } satisfies KindPage<PriorityClass>,
}
