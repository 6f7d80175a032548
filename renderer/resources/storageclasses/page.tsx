import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Chips, Section } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { usePlace } from '../../ui/place.ts'
import { LiveLines } from '../generic/live-lines.tsx'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { isDefault, type StorageClass, storageClassView } from './view.ts'

const claims = { group: '', version: 'v1', plural: 'persistentvolumeclaims', namespaced: true }
const volumes = { group: '', version: 'v1', plural: 'persistentvolumes', namespaced: false }

/** How volumes of a class are made, and the volumes and claims that are of it. */
function StorageClassOverview({ object }: { object: StorageClass }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { metadata } = object
  const [claimSource, volumeSource] = useMemo(() => [claims, volumes].map((resource) => ({ context, resource })), [context])
  return (
    <PageBody
      object={object}
      facts={[
        [t('storage.default'), isDefault(object) && <ToneWord tone="ok">{t('secret.yes')}</ToneWord>],
        [t('storage.provisioner'), object.provisioner],
        [t('facts.reclaimPolicy'), object.reclaimPolicy],
        [t('storage.binding'), object.volumeBindingMode],
        [t('storage.expansion'), t(object.allowVolumeExpansion ? 'storage.allowed' : 'storage.notAllowed')],
        [t('storage.mountOptions'), object.mountOptions?.join(', ')],
        [t('storage.parameters'), object.parameters && <Chips of={object.parameters} />],
      ]}
    >
      {volumeSource && (
        <Section title={t('storage.volumes')}>
          <LiveLines
            source={volumeSource}
            filter={`field=spec.storageClassName=${metadata.name}`}
            columns={['status', 'capacity', 'claim', 'age']}
            sort="status"
            empty={t('storage.noVolumes')}
          />
        </Section>
      )}
      {claimSource && (
        <Section title={t('storage.claims')}>
          <LiveLines
            source={claimSource}
            filter={`field=spec.storageClassName=${metadata.name}`}
            columns={['status', 'capacity', 'volume', 'age']}
            sort="status"
            empty={t('storage.noClaims')}
          />
        </Section>
      )}
    </PageBody>
  )
}

export const storageClassPage: KindPage<StorageClass> = { view: storageClassView, Overview: StorageClassOverview }
