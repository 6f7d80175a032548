import { useTranslation } from 'react-i18next'
import { isHeld } from '../../kube/control-loops.ts'
import { figure } from '../../kube/figures.ts'
import type { KubeObject, Tone } from '../../kube/types.ts'
import { Age } from '../../ui/age.tsx'
import { ObjectLink } from '../generic/common.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'

interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string
    renewTime?: string
    acquireTime?: string
    leaseDurationSeconds?: number
    leaseTransitions?: number
    strategy?: string
    preferredHolder?: string
  }
}

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

/** By this machine's clock. */
function status(object: Lease): { text: string; tone: Tone } {
  if (!object.spec?.holderIdentity) return { text: 'Free', tone: 'muted' }
  return isHeld(object, Date.now()) ? { text: 'Held', tone: 'ok' } : { text: 'Expired', tone: 'warn' }
}

export const leasePage: KindPage<Lease> = { status, Overview: LeaseOverview }
