import { useTranslation } from 'react-i18next'
import { ToneWord } from '../../ui/icon.tsx'
import { useCompose } from '../apply/compose-context.ts'
import { keepDraft, useDraft } from './drafts.ts'
import './edit-view.css'

/** The object is gone, and what was typed for it is not: it may be made anew of that. */
export function DeletedNotice({ draft, text }: { draft: string; text: string }) {
  const { t } = useTranslation()
  const compose = useCompose()
  return (
    <section className="merge" aria-label={t('edit.deleted')}>
      <p className="merge-head">
        <ToneWord tone="warn">{t('edit.deleted')}</ToneWord>
        <span className="dim">{t('edit.deletedNext')}</span>
        <span className="bar-space" />
        <button type="button" className="icon-button" onClick={() => keepDraft(draft, undefined)}>
          {t('edit.discard')}
        </button>
        <button type="button" className="icon-button action" onClick={() => compose(text)}>
          {t('edit.createAgain')}
        </button>
      </p>
    </section>
  )
}

/** The same where the object is not found: a draft outlives a reload. */
export function KeptDraft({ draft }: { draft: string }) {
  const kept = useDraft(draft)
  return kept && <DeletedNotice draft={draft} text={kept.text} />
}
