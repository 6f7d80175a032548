import { useTranslation } from 'react-i18next'
import type { Unlisted } from '../../queries/contents.ts'

/** As many as one reads; the rest is a number. */
const most = 8

/** What is missing from what is shown, in a quiet line: without it somebody with few rights takes a part for the whole. */
export function UnlistedLine({ of, namespace }: { of: readonly Unlisted[]; namespace: string }) {
  const { t } = useTranslation()
  const line = (some: readonly Unlisted[], say: (kinds: string) => string) => {
    if (some.length === 0) return null
    const kinds = [...new Set(some.map(({ kind }) => kind))]
    const rest = kinds.length > most ? [t('common.more', { count: kinds.length - most })] : []
    return (
      <p className="dim card-note" title={some.map(({ message }) => message).join('\n')}>
        {say([...kinds.slice(0, most), ...rest].join(', '))}
      </p>
    )
  }
  return (
    <>
      {line(
        of.filter(({ code }) => code === 403),
        (kinds) => t(namespace ? 'home.refusedIn' : 'home.refused', { kinds, namespace }),
      )}
      {line(
        of.filter(({ code }) => code !== 403),
        (kinds) => t('common.unread', { kinds }),
      )}
    </>
  )
}
