import { useTranslation } from 'react-i18next'
import { actingAs, baseContext } from '../kube/acting.ts'
import { toApiError } from '../kube/api-error.ts'
import { useWhoAmI } from '../queries/rbac.ts'
import { Icon } from '../ui/icon.tsx'
import { useGo, usePlace } from '../ui/place.ts'
import './acting-band.css'

/** On every page while the window acts as somebody else: as whom, where, and the one click that ends it. */
export function ActingBand() {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const as = actingAs(place.context)
  const { data, error } = useWhoAmI(as ? place.context : '')
  if (!as) return null
  const groups = data?.groups ?? as.groups
  return (
    <div className="acting-band" role="status" aria-label={t('acting.label')}>
      <Icon name="access" size={14} />
      <span className="acting-who">
        <strong>{t('acting.as', { user: as.user, context: baseContext(place.context) })}</strong>
        {groups.length > 0 && <span title={groups.join(', ')}>{t('acting.groups', { groups: groups.join(', ') })}</span>}
        {error && <span>{t('acting.refused', { message: toApiError(error).message })}</span>}
      </span>
      <button type="button" onClick={() => go({ context: baseContext(place.context) })}>
        {t('acting.stop')}
      </button>
    </div>
  )
}
