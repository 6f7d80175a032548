import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { Age } from '../../ui/age.tsx'
import { Section, Table } from '../../ui/facts.tsx'
import { KindRefLink } from '../generic/ref-link.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { metricLines } from './metrics.ts'
import { type Autoscaler, autoscalerView } from './view.ts'

function AutoscalerOverview({ object }: { object: Autoscaler }) {
  const { t } = useTranslation()
  const { spec, status } = object
  const target = spec?.scaleTargetRef
  const lines = metricLines(spec?.metrics, status?.currentMetrics)
  return (
    <PageBody
      object={object}
      conditions={status?.conditions ?? undefined}
      facts={[
        [
          t('facts.target'),
          target && (
            <KindRefLink
              apiVersion={target.apiVersion ?? 'apps/v1'}
              kind={target.kind}
              namespace={object.metadata.namespace ?? ''}
              name={target.name}
            />
          ),
        ],
        [t('facts.replicaRange'), `${figure(spec?.minReplicas ?? 1)} – ${figure(spec?.maxReplicas ?? 1)}`],
        [t('columns.current'), status?.currentReplicas !== undefined && figure(status.currentReplicas)],
        [t('columns.desired'), status?.desiredReplicas !== undefined && figure(status.desiredReplicas)],
        [t('facts.lastScale'), status?.lastScaleTime && <Age at={Date.parse(status.lastScaleTime)} />],
      ]}
    >
      {lines.length > 0 && (
        <Section title={t('sections.metrics')}>
          <Table
            head={[t('columns.name'), t('columns.current'), t('facts.target')]}
            rows={lines.map(({ name, current, target: wanted }) => ({ key: name, cells: [name, current ?? '<unknown>', wanted] }))}
          />
        </Section>
      )}
    </PageBody>
  )
}

export const autoscalerPage: KindPage<Autoscaler> = { view: autoscalerView, Overview: AutoscalerOverview }
