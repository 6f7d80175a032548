import { useTranslation } from 'react-i18next'
import type { Profile } from './pprof.ts'
import { SearchField } from '../../ui/search-field.tsx'

/** What one looks at first: the memory that is held, or the last of the values, which is the time of a CPU profile. */
export function usualType({ sampleTypes }: Profile): number {
  const held = sampleTypes.findIndex(({ type }) => type === 'inuse_space' || type === 'space')
  return held >= 0 ? held : sampleTypes.length - 1
}

/** Which value of a profile is shown, and the search for a function. */
export function ProfileChoice({
  profile,
  type,
  text,
  onType,
  onText,
}: {
  profile: Profile
  type: number
  text: string
  onType(type: number): void
  onText(text: string): void
}) {
  const { t } = useTranslation()
  return (
    <>
      <select className="select" aria-label={t('profile.type')} value={type} onChange={(event) => onType(Number(event.target.value))}>
        {profile.sampleTypes.map((s, index) => (
          <option key={s.type} value={index}>
            {`${s.type} (${s.unit})`}
          </option>
        ))}
      </select>
      <SearchField label={t('profile.search')} text={text} onText={onText} />
    </>
  )
}
