import { useTranslation } from 'react-i18next'
import { RefLink } from '../generic/ref-link.tsx'
import { PageBody } from '../generic/page-body.tsx'
import { UsedBy } from '../generic/used-by.tsx'
import type { KindPage } from '../page.ts'
import { volumeSource } from './source.ts'
import { volumeStatus } from './status.ts'
import type { Claim, Volume } from './types.ts'
import { claimView } from './view.ts'

function ClassLink({ name }: { name: string | undefined }) {
  return name ? <RefLink resource="storageclasses.storage.k8s.io" namespace="" name={name} /> : null
}

function ClaimOverview({ object }: { object: Claim }) {
  const { t } = useTranslation()
  const { spec, status } = object
  return (
    <PageBody
      object={object}
      conditions={status?.conditions}
      facts={[
        [t('facts.volume'), spec?.volumeName && <RefLink resource="persistentvolumes" namespace="" name={spec.volumeName} />],
        [t('facts.capacity'), status?.capacity?.storage],
        [t('facts.requested'), spec?.resources?.requests?.storage],
        [t('facts.accessModes'), spec?.accessModes?.join(', ')],
        [t('facts.volumeMode'), spec?.volumeMode],
        [t('facts.storageClass'), spec?.storageClassName && <ClassLink name={spec.storageClassName} />],
      ]}
    >
      <UsedBy kind="PersistentVolumeClaim" object={object} />
    </PageBody>
  )
}

function VolumeOverview({ object }: { object: Volume }) {
  const { t } = useTranslation()
  const { spec, status } = object
  const claim = spec?.claimRef
  return (
    <PageBody
      object={object}
      facts={[
        [
          t('facts.claim'),
          claim?.name && <RefLink resource="persistentvolumeclaims" namespace={claim.namespace ?? ''} name={claim.name} />,
        ],
        [t('columns.reason'), [status?.reason, status?.message].filter(Boolean).join(': ')],
        [t('facts.capacity'), spec?.capacity?.storage],
        [t('facts.accessModes'), spec?.accessModes?.join(', ')],
        [t('facts.reclaimPolicy'), spec?.persistentVolumeReclaimPolicy],
        [t('facts.volumeMode'), spec?.volumeMode],
        [t('facts.storageClass'), spec?.storageClassName && <ClassLink name={spec.storageClassName} />],
        [
          t('facts.source'),
          <span key="source" className="mono">
            {volumeSource(spec)}
          </span>,
        ],
      ]}
    />
  )
}

export const claimPage: KindPage<Claim> = { view: claimView, Overview: ClaimOverview }
export const volumePage: KindPage<Volume> = { status: volumeStatus, Overview: VolumeOverview }
