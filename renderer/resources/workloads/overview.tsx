import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { labelSelectorText } from '../../kube/label-selector.ts'
import type { FeedSource } from '../../kube/protocol.ts'
import type { Condition } from '../../kube/types.ts'
import { pods } from '../../queries/discovery.ts'
import { Section } from '../../ui/facts.tsx'
import { usePlace } from '../../ui/place.ts'
import { RecentEvents } from '../events/events-tab.tsx'
import { Conditions, MainFacts, Metadata } from '../generic/common.tsx'
import { conditionTone } from '../generic/condition-tone.ts'
import { LiveLines, ownedBy } from '../generic/live-lines.tsx'
import { Containers } from '../pods/containers.tsx'
import { RelatedSection } from '../generic/related-section.tsx'
import { PodLines } from '../pods/pod-lines.tsx'
import { workloadFacts } from './facts.tsx'
import { RolloutBar } from './rollout-bar.tsx'
import { rolloutOf } from './rollout.ts'
import { selectorOf } from './selector.ts'
import type { CronJob, Job, Template, Workload } from './types.ts'

type AnyWorkload = Workload & Job & CronJob

/** One component for every kind that runs pods: how far it is, why not further, what it owns, what its pods are made of. */
export function WorkloadOverview({ resourceKey: key, object }: { resourceKey: string; object: AnyWorkload }) {
  const { t } = useTranslation()
  const rollout = rolloutOf(key, object)
  const template: Template | undefined = object.spec?.jobTemplate?.spec?.template ?? object.spec?.template
  return (
    <div className="overview">
      {rollout && <RolloutBar rollout={rollout} />}
      <Why conditions={object.status?.conditions} />
      <MainFacts object={object} extra={workloadFacts(t, key, object)} />
      <Owned of={key} object={object} />
      <Conditions conditions={object.status?.conditions} />
      <RecentEvents object={object} />
      <Containers
        namespace={object.metadata.namespace}
        title={t('sections.initContainers')}
        containers={template?.spec?.initContainers}
        template
      />
      <Containers
        namespace={object.metadata.namespace}
        title={t('sections.templateContainers')}
        containers={template?.spec?.containers}
        template
      />
      <Metadata object={object} />
    </div>
  )
}

/** What a controller says that holds it up. That pods are missing is in the bar already. */
function Why({ conditions = [] }: { conditions: Condition[] | undefined }) {
  const held = conditions.filter((c) => c.type !== 'Available' && ['bad', 'warn'].includes(conditionTone(c)) && c.message)
  // A Job says of its end what it has said of its beginning.
  const said = new Map(held.map((c) => [`${c.reason} ${c.message}`, c]))
  return [...said.values()].map((c) => (
    <p key={c.type} className="why bad">
      <strong>{c.reason ?? c.type}</strong> {c.message}
    </p>
  ))
}

const claims = { group: '', version: 'v1', plural: 'persistentvolumeclaims', namespaced: true }
const batch = { group: 'batch', version: 'v1', plural: 'jobs', namespaced: true }
const replicaSets = { group: 'apps', version: 'v1', plural: 'replicasets', namespaced: true }

/** What the object owns, downwards and live. */
function Owned({ of: key, object }: { of: string; object: AnyWorkload }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { namespace, uid } = object.metadata
  const selected = selectorOf(object)
  const selector = selected && labelSelectorText(selected)
  const source = useMemo(
    () =>
      (resource: FeedSource['resource'], labelSelector?: string): FeedSource => ({ context, resource, namespace, labelSelector }),
    [context, namespace],
  )
  if (key === 'cronjobs.batch') {
    return (
      <Section title={t('sections.jobs')}>
        <LiveLines
          source={source(batch)}
          filter={ownedBy(uid)}
          columns={['status', 'completions', 'duration', 'age']}
          sort="age"
          empty={t('workloads.noJobs')}
        />
      </Section>
    )
  }
  const deployment = key === 'deployments.apps'
  return (
    <>
      {deployment && (
        <Section title={t('sections.replicaSets')}>
          <LiveLines
            source={source(replicaSets, selector)}
            filter={ownedBy(uid)}
            columns={['revision', 'status', 'desired', 'ready', 'age']}
            sort="-revision"
            empty={t('workloads.noReplicaSets')}
          />
        </Section>
      )}
      <Section title={t('sections.pods')}>
        {/* A Deployment's pods are its ReplicaSets': its selector, which no other may share, says which. */}
        <PodLines source={source(pods, selector)} filter={deployment ? '' : ownedBy(uid)} empty={t('workloads.noPods')} />
      </Section>
      {(object.spec?.volumeClaimTemplates?.length ?? 0) > 0 && (
        <Section title={t('sections.claims')}>
          {/* The controller gives each claim the selector's labels (kubernetes pkg/controller/statefulset getPersistentVolumeClaims). */}
          <LiveLines
            source={source(claims, selector)}
            columns={['status', 'requested', 'storageclass', 'age']}
            empty={t('workloads.noClaims')}
          />
        </Section>
      )}
      {key !== 'jobs.batch' && <RelatedSection workload={object} labels={object.spec?.template?.metadata?.labels ?? {}} />}
    </>
  )
}
