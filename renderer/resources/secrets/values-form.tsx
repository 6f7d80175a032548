import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FormProps } from '../../tools/actions/action.ts'
import type { Pairs } from '../../tools/actions/pairs.ts'
import { PairLines } from '../../tools/actions/pairs-form.tsx'
import { Toggle } from '../../ui/toggle.tsx'
import { isSecretKind, valuesOf } from './values.ts'

/** A longer one takes a field seconds to draw; the YAML has all of it. */
const longest = 100_000

/** The values as text. A Secret's stay hidden until somebody asks for them; what is typed takes the place of one all the same. */
export function ValuesForm({ objects: [object], value, onChange }: FormProps<Pairs>) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(false)
  if (!object) return null
  const secret = isSecretKind(object)
  const lines = valuesOf(object).map(({ key, text, bytes }) => {
    if (text === undefined) return { key, note: t('secret.binary', { count: bytes }), fixed: true }
    if (text.length > longest) return { key, note: t('secret.tooLong', { count: text.length }), fixed: true }
    return secret && !shown ? { key, note: t('secret.hidden', { count: bytes }) } : { key, value: text }
  })
  return (
    <>
      {secret && lines.length > 0 && <Toggle label={t('secret.reveal')} on={shown} onChange={setShown} />}
      <PairLines lines={lines} value={value} onChange={onChange} />
    </>
  )
}
