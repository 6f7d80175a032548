import type { TFunction } from 'i18next'
import { labelSelectorText } from '../../kube/label-selector.ts'
import { Age } from '../../ui/age.tsx'
import { Chips } from '../../ui/facts.tsx'
import { RefLink } from '../generic/ref-link.tsx'
import { NextRun } from './next-run.tsx'
import { revisionOf } from './revision.ts'
import { selectorOf } from './selector.ts'
import type { CronJob, Job, Strategy, Workload } from './types.ts'

export type Facts = [label: string, value: React.ReactNode][]

/** `RollingUpdate maxSurge=25% maxUnavailable=25%`: facts in the field's own words. */
export function strategyText(strategy: Strategy | undefined): string | undefined {
  if (!strategy?.type) return undefined
  const settings = Object.entries(strategy.rollingUpdate ?? {}).map(([key, value]) => `${key}=${value}`)
  return [strategy.type, ...settings].join(' ')
}

const at = (time: string | undefined): React.ReactNode => time && <Age at={Date.parse(time)} />
const seconds = (count: number | undefined): string | undefined => (count === undefined ? undefined : `${count}s`)
const number = (count: number | undefined): string | undefined => (count === undefined ? undefined : String(count))

/** Equal labels as chips, any other selector as kubectl writes it. */
function selector(object: Workload | Job): React.ReactNode {
  const of = selectorOf(object)
  if (!of) return undefined
  return of.matchExpressions?.length ? <span className="mono">{labelSelectorText(of)}</span> : <Chips of={of.matchLabels} />
}

function ofPods(t: TFunction, o: Workload): Facts {
  const { spec } = o
  return [
    [t('facts.revision'), revisionOf(o)],
    [t('facts.strategy'), strategyText(spec?.strategy ?? spec?.updateStrategy)],
    [t('columns.selector'), selector(o)],
    [
      t('facts.service'),
      spec?.serviceName && <RefLink resource="services" namespace={o.metadata.namespace ?? ''} name={spec.serviceName} />,
    ],
    [t('facts.podManagement'), spec?.podManagementPolicy],
    [t('facts.minReady'), seconds(spec?.minReadySeconds || undefined)],
    [t('facts.progressDeadline'), seconds(spec?.progressDeadlineSeconds)],
    [t('facts.historyLimit'), number(spec?.revisionHistoryLimit)],
    [t('facts.claims'), spec?.volumeClaimTemplates?.map(({ metadata }) => metadata.name).join(', ')],
  ]
}

function ofJob(t: TFunction, o: Job): Facts {
  const { spec, status } = o
  return [
    [t('facts.started'), at(status?.startTime)],
    [t('facts.completed'), at(status?.completionTime)],
    [t('facts.parallelism'), number(spec?.parallelism)],
    [t('columns.completions'), number(spec?.completions)],
    [t('facts.completionMode'), spec?.completionMode],
    [t('facts.backoffLimit'), number(spec?.backoffLimit)],
    [t('facts.activeDeadline'), seconds(spec?.activeDeadlineSeconds)],
    [t('facts.ttl'), seconds(spec?.ttlSecondsAfterFinished)],
    [t('columns.selector'), selector(o)],
  ]
}

function ofCronJob(t: TFunction, { spec, status }: CronJob): Facts {
  return [
    [
      t('columns.schedule'),
      <span key="s" className="mono">
        {`${spec?.schedule ?? ''} ${spec?.timeZone ?? ''}`.trim()}
      </span>,
    ],
    [t('columns.suspend'), spec?.suspend && 'true'],
    [t('facts.nextRun'), spec?.schedule && !spec.suspend && <NextRun spec={spec} />],
    [t('columns.lastSchedule'), at(status?.lastScheduleTime)],
    [t('facts.lastSuccess'), at(status?.lastSuccessfulTime)],
    [t('facts.concurrency'), spec?.concurrencyPolicy],
    [t('facts.startingDeadline'), seconds(spec?.startingDeadlineSeconds)],
    [t('facts.historyLimit'), `${spec?.successfulJobsHistoryLimit ?? 3} Complete, ${spec?.failedJobsHistoryLimit ?? 1} Failed`],
  ]
}

const rules: Record<string, (t: TFunction, o: never) => Facts> = { 'jobs.batch': ofJob, 'cronjobs.batch': ofCronJob }

/** What a workload's kind puts first; facts that an object does not have are undefined. */
export const workloadFacts = (t: TFunction, key: string, object: Workload | Job | CronJob): Facts =>
  (Object.hasOwn(rules, key) && rules[key] ? rules[key] : ofPods)(t, object as never)
