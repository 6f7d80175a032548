import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Missing } from '../kube/control-loops.ts'
import { kindWord } from '../kube/kind-word.ts'
import { type Resource, resourceKey } from '../kube/resource.ts'
import { useMissing, useUnworked } from '../queries/control-loops.ts'
import { useIsLocal } from '../queries/contexts.ts'
import { useResources } from '../queries/discovery.ts'
import { ToneMark } from '../ui/icon.tsx'
import { placeUrl, usePlace } from '../ui/place.ts'

/** One quiet line over objects that nothing in this cluster works on: what they say of themselves is nobody's word. */
export function NobodyWorks({ resource }: { resource: Resource }) {
  const { t, i18n } = useTranslation()
  const { context } = usePlace()
  const plane = t(useIsLocal(context) ? 'loops.local' : 'loops.other')
  const missing = useMissing(context, resourceKey(resource))
  if (!missing) return null
  return (
    <div className="notice nobody-works" role="note">
      <ToneMark tone="muted" />
      {t(`loops.${wordOf(missing)}`, {
        kinds: kindWord(resource, 2, i18n.language),
        loop: missing.why === 'loop' ? missing.loop : '',
        plane,
      })}
    </div>
  )
}

const wordOf = (missing: Missing): string => (missing.why === 'loop' && missing.loop === 'kube-scheduler' ? 'scheduler' : missing.why)

/** As many kinds as one line holds. */
const most = 8

/** On home: what is stored and waits for nobody, with the way to it. */
export function Unworked() {
  const { t, i18n } = useTranslation()
  const place = usePlace()
  const all = useResources(place.context)
  const kinds = useUnworked(place.context).flatMap(({ key, count }) => {
    const resource = all.find((r) => resourceKey(r) === key)
    return resource ? [{ resource, key, count }] : []
  })
  if (kinds.length === 0) return null
  return (
    <p className="card-note dim unworked" role="note">
      <ToneMark tone="muted" />
      <span>{t('loops.home')}</span>
      {kinds.slice(0, most).map(({ resource, key, count }) => (
        <Link key={key} to={placeUrl({ context: place.context, namespace: '', resource: key })}>
          {t('loops.counted', { count, kind: kindWord(resource, count, i18n.language) })}
        </Link>
      ))}
      {kinds.length > most && <span>{t('common.more', { count: kinds.length - most })}</span>}
    </p>
  )
}
