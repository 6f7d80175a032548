import { useTranslation } from 'react-i18next'
import { ReleaseList } from '../resources/helm/release-list.tsx'
import { ReleasePane } from '../resources/helm/release-pane.tsx'
import { secrets } from '../queries/discovery.ts'
import { ScopeOffer } from './scope-offer.tsx'
import './details.css'
import { useGo, usePlace } from '../ui/place.ts'
import { Splitter } from '../ui/splitter.tsx'
import { useStored } from '../ui/storage.ts'

/** Helm's releases, and beside them the one that is open. */
export function HelmPlace({ width: initial }: { width: number }) {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const [width, setWidth] = useStored('details.width', initial)
  const most = Math.max(320, window.innerWidth - 480)
  return (
    <>
      <ReleaseList key={`${place.context}|${place.namespace}`} refused={<ScopeOffer resource={secrets} />} />
      {place.object && (
        <>
          <Splitter label={t('details.resize')} axis="x" value={Math.min(width, most)} min={320} max={most} onChange={setWidth} />
          <aside
            className="details-pane"
            style={{ width: Math.min(width, most) }}
            aria-label={t('details.label', { name: place.object.name })}
          >
            <ReleasePane
              key={`${place.context}|${place.object.namespace}|${place.object.name}`}
              namespace={place.object.namespace}
              name={place.object.name}
              onClose={() => go({ object: undefined, tab: '' })}
            />
          </aside>
        </>
      )}
    </>
  )
}
