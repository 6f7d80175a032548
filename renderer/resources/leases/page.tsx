import { useTranslation } from 'react-i18next'
import { figure } from '../../kube/figures.ts'
import { Age } from '../../ui/age.tsx'
import { ObjectLink } from '../generic/common.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { type Lease, leaseView } from './view.ts'

const time = (text: string | undefined) => (Number.isNaN(Date.parse(text ?? '')) ? undefined : <Age at={Date.parse(text ?? '')} />)
/** Kubelets renew a Lease of their node's name here. */
const ofNodes = 'kube-node-lease'

function LeaseOverview({ object }: { object: Lease }) {
  const { t } = useTranslation()
  const { spec, metadata } = object
  const holder = spec?.holderIdentity
  return (
    <PageBody
      object={object}
      facts={[
        [
          t('leases.holder'),
          holder &&
            (metadata.namespace === ofNodes ? (
              <ObjectLink resource="nodes" namespace="" name={holder} />
            ) : (
              <span className="mono">{holder}</span>
            )),
        ],
        [t('leases.renewed'), time(spec?.renewTime)],
        [t('leases.acquired'), time(spec?.acquireTime)],
        [t('leases.duration'), spec?.leaseDurationSeconds !== undefined && `${figure(spec.leaseDurationSeconds)} s`],
        [t('leases.transitions'), spec?.leaseTransitions !== undefined && figure(spec.leaseTransitions)],
        [t('facts.strategy'), spec?.strategy],
        [t('leases.preferred'), spec?.preferredHolder],
      ]}
    />
  )
}

export const leasePage: KindPage<Lease> = { view: leaseView, Overview: LeaseOverview }
