import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Clash } from '../../kube/merge-lines.ts'
import type { KubeObject } from '../../kube/types.ts'
import { ToneWord } from '../../ui/icon.tsx'
import { DiffView } from '../actions/diff-view.tsx'

type Side = 'mine' | 'theirs'

/** The object has changed under the typing: what came, and where both have changed the same, which is to stand. */
export function MergeNotice({
  pieces,
  object,
  before,
  after,
  onMerge,
}: {
  /** Of the very text that stands in the editor: undefined while they are not known. */
  pieces: readonly (string[] | Clash)[] | undefined
  object: KubeObject
  before: string
  after: string
  onMerge(text: string): void
}) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<ReadonlyMap<number, Side>>(new Map())
  const clashes = (pieces ?? []).flatMap((piece, index) => (Array.isArray(piece) ? [] : [{ index, clash: piece }]))
  const open = clashes.filter(({ index }) => !chosen.has(index)).length
  const merged = (): string =>
    (pieces ?? []).flatMap((piece, index) => (Array.isArray(piece) ? piece : piece[chosen.get(index) ?? 'mine'])).join('\n')
  return (
    <section className="merge" aria-label={t('edit.changed')}>
      <p className="merge-head">
        <ToneWord tone="warn">{t('edit.changed')}</ToneWord>
        <span className="dim">{t('edit.changedBy', { manager: lastManager(object) })}</span>
        <span className="bar-space" />
        <button type="button" className="icon-button action" disabled={pieces === undefined || open > 0} onClick={() => onMerge(merged())}>
          {clashes.length === 0 ? t('edit.merge') : t('edit.mergeChosen', { count: open })}
        </button>
      </p>
      {clashes.map(({ index, clash }) => (
        <div key={index} role="radiogroup" aria-label={t('edit.both')} className="clash">
          {(['mine', 'theirs'] as const).map((side) => (
            <label key={side}>
              <input
                type="radio"
                name={`clash-${index}`}
                checked={chosen.get(index) === side}
                onChange={() => setChosen(new Map(chosen).set(index, side))}
              />
              <span>{t(`edit.${side}`)}</span>
              <code>{clash[side].join('\n') || t('edit.removed')}</code>
            </label>
          ))}
        </div>
      ))}
      <details>
        <summary>{t('edit.theirChanges')}</summary>
        <DiffView before={before} after={after} label={t('edit.theirChanges')} />
      </details>
    </section>
  )
}

/** Whoever wrote last, but for those who only report a status. */
function lastManager({ metadata }: KubeObject): string {
  const entries = (metadata.managedFields ?? []) as { manager?: string; subresource?: string; time?: string }[]
  const writers = entries.filter(({ subresource }) => subresource !== 'status')
  return writers.sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0]?.manager ?? '?'
}
