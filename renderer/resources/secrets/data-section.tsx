import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { KubeObject } from '../../kube/types.ts'
import { Toggle } from '../../ui/toggle.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Section } from '../../ui/facts.tsx'
import { PlainText } from '../../ui/plain-text.tsx'
import './data-section.css'
import { type DataEntry, dataEntries } from '../../kube/secret-values.ts'

/** What a ConfigMap or a Secret holds; a Secret's values stay hidden until somebody asks for them. */
export function DataSection({ object, secret }: { object: KubeObject; secret: boolean }) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(!secret)
  const entries = dataEntries(object, secret)
  return (
    <Section title={t('sections.data')}>
      {secret && entries.length > 0 && <Toggle label={t('secret.reveal')} on={shown} onChange={setShown} />}
      {entries.length === 0 && <p className="dim">{t('secret.noData')}</p>}
      {entries.map((entry) => (
        <div key={entry.key} className="data-entry">
          <h4 className="mono">
            {entry.key}
            <span className="bar-space" />
            {entry.text !== undefined && <CopyButton text={entry.text} />}
          </h4>
          <EntryValue entry={entry} shown={shown} />
        </div>
      ))}
    </Section>
  )
}

function EntryValue({ entry, shown }: { entry: DataEntry; shown: boolean }) {
  const { t } = useTranslation()
  if (entry.text === undefined) return <span className="dim">{t('secret.binary', { count: entry.bytes })}</span>
  if (!shown) return <span className="dim">{t('secret.hidden', { count: entry.bytes })}</span>
  return (
    <pre className="data-text" tabIndex={0} aria-label={entry.key}>
      <PlainText text={entry.text} />
    </pre>
  )
}
