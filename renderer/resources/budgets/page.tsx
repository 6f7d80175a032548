import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { labelSelectorText } from '../../kube/label-selector.ts'
import { pods } from '../../queries/discovery.ts'
import { Section } from '../../ui/facts.tsx'
import { usePlace } from '../../ui/place.ts'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { PodLines } from '../pods/pod-lines.tsx'
import { type Budget, budgetView } from './view.ts'

function BudgetOverview({ object }: { object: Budget }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { spec, status } = object
  const { namespace } = object.metadata
  const selector = spec?.selector && labelSelectorText(spec.selector)
  const source = useMemo(() => ({ context, resource: pods, namespace, labelSelector: selector }), [context, namespace, selector])
  const count = (of: number | undefined): string | undefined => (of === undefined ? undefined : figure(of))
  return (
    <PageBody
      object={object}
      conditions={status?.conditions ?? undefined}
      facts={[
        [t('budgets.minAvailable'), spec?.minAvailable !== undefined && String(spec.minAvailable)],
        [t('budgets.maxUnavailable'), spec?.maxUnavailable !== undefined && String(spec.maxUnavailable)],
        [t('budgets.allowed'), count(status?.disruptionsAllowed)],
        [
          t('budgets.healthy'),
          status?.currentHealthy !== undefined && `${figure(status.currentHealthy)} / ${figure(status.expectedPods ?? 0)}`,
        ],
        [t('budgets.desired'), count(status?.desiredHealthy)],
        [t('budgets.unhealthyPods'), spec?.unhealthyPodEvictionPolicy],
        [t('columns.selector'), selector && <span className="mono">{selector}</span>],
      ]}
    >
      {/* policy/v1: an empty selector is every pod of the namespace, none is no pod. */}
      {selector !== undefined && (
        <Section title={t('sections.pods')}>
          <PodLines source={source} empty={t('workloads.noPods')} />
        </Section>
      )}
    </PageBody>
  )
}

export const budgetPage: KindPage<Budget> = { view: budgetView, Overview: BudgetOverview }
