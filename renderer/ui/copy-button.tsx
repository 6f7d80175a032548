import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from './icon.tsx'

/** Copies text and says so. */
export function CopyButton({ text, label }: { text: string | (() => string); label?: string }) {
  const { t } = useTranslation()
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return undefined
    const timer = setTimeout(() => setDone(false), 1500)
    return () => clearTimeout(timer)
  }, [done])
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(typeof text === 'string' ? text : text())
    setDone(true)
  }
  return (
    <button
      type="button"
      className="icon-button"
      onClick={() => void copy()}
      aria-label={label ? undefined : t('common.copy')}
      title={label ?? t('common.copy')}
    >
      <Icon name="copy" size={14} />
      {done ? <span role="status">{t('common.copied')}</span> : label && <span className="button-label">{label}</span>}
    </button>
  )
}
