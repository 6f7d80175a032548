import { useTranslation } from 'react-i18next'
import type { FeedState } from '../../kube/reflector.ts'
import type { Resource } from '../../kube/resource.ts'
import { pods } from '../../queries/discovery.ts'
import { usePlace } from '../../ui/place.ts'
import { ScopeOffer } from '../scope-offer.tsx'

/** What this account may not see is one quiet line; where it is the pods, the namespaces in which they may be seen follow. */
export function Refused({ refused }: { refused: readonly { resource: Resource; state: FeedState | undefined }[] }) {
  const { t } = useTranslation()
  const { namespace } = usePlace()
  if (refused.length === 0) return null
  const kinds = refused.map(({ resource }) => resource.kind).join(', ')
  const said = refused.map(({ state }) => state?.error?.message).join('\n')
  const offered = refused.find(({ resource }) => resource === pods)?.resource
  return (
    <div className="refused">
      <p className="dim card-note" title={said}>
        {t(namespace ? 'home.refusedIn' : 'home.refused', { kinds, namespace })}
      </p>
      {offered && <ScopeOffer resource={offered} />}
    </div>
  )
}
