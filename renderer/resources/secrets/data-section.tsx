import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { KubeObject } from '../../kube/types.ts'
import { Toggle } from '../../ui/toggle.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Section } from '../../ui/facts.tsx'
import { Icon } from '../../ui/icon.tsx'
import { PlainText } from '../../ui/plain-text.tsx'
import { save } from '../../ui/save.ts'
import { useSome } from '../../ui/use-some.tsx'
import './data-section.css'
import { dataBytes, type DataEntry, dataEntries } from '../../kube/secret-values.ts'

/** So much of a value is drawn before somebody asks for all of it: a line of a megabyte takes half a second. */
const mostOfValue = 20_000

const keyOf = ({ key }: DataEntry): string => key
const keyAndText = ({ key, text = '' }: DataEntry): string => `${key}\n${text}`

/** What a ConfigMap or a Secret holds; a Secret's values stay hidden until somebody asks for them. */
export function DataSection({ object, secret }: { object: KubeObject; secret: boolean }) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(!secret)
  const entries = useMemo(() => dataEntries(object, secret), [object, secret])
  // What is hidden is not found either.
  const { some, find, more } = useSome(entries, t('secret.find'), shown ? keyAndText : keyOf)
  return (
    <Section title={t('sections.data')}>
      {secret && entries.length > 0 && <Toggle label={t('secret.reveal')} on={shown} onChange={setShown} />}
      {entries.length === 0 && <p className="dim">{t('secret.noData')}</p>}
      {find}
      {some.map((entry) => (
        <div key={entry.key} className="data-entry">
          <h4 className="mono">
            {entry.key}
            <span className="bar-space" />
            {entry.text !== undefined && <CopyButton text={entry.text} />}
            <button
              type="button"
              className="icon-button"
              aria-label={t('secret.save', { key: entry.key })}
              title={t('secret.save', { key: entry.key })}
              onClick={() => void save(entry.key, new Blob([dataBytes(object, secret, entry.key) ?? entry.text ?? '']))}
            >
              <Icon name="save" size={14} />
            </button>
          </h4>
          <EntryValue entry={entry} shown={shown} />
        </div>
      ))}
      {more}
    </Section>
  )
}

function EntryValue({ entry, shown }: { entry: DataEntry; shown: boolean }) {
  const { t } = useTranslation()
  const [whole, setWhole] = useState(false)
  if (entry.text === undefined) return <span className="dim">{t('secret.binary', { count: entry.bytes })}</span>
  if (!shown) return <span className="dim">{t('secret.hidden', { count: entry.bytes })}</span>
  const left = whole ? 0 : entry.text.length - mostOfValue
  return (
    <>
      <pre className="data-text" tabIndex={0} aria-label={entry.key}>
        <PlainText text={left > 0 ? entry.text.slice(0, mostOfValue) : entry.text} />
      </pre>
      {left > 0 && (
        <button type="button" className="icon-button" onClick={() => setWhole(true)}>
          {t('common.charactersMore', { count: left })}
        </button>
      )}
    </>
  )
}
