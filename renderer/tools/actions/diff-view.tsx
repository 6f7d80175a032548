import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { diffLines } from '../../kube/line-diff.ts'
import { PlainText } from '../../ui/plain-text.tsx'
import './diff-view.css'

/** Lines that stay, shown around those that change. */
const around = 3
/** More than anybody reads; the count tells the rest. */
const mostLines = 2_000

type Line = { sign: '+' | '-' | ' ' | '…'; text: string }

/** What changes between two texts, line by line, with a few that stay around it. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const { t } = useTranslation()
  const lines = useMemo(() => unified(before, after), [before, after])
  if (lines.length === 0) return <p className="dim">{t('actions.noDifference')}</p>
  return (
    <div className="diff" role="region" aria-label={label} tabIndex={0}>
      {lines.slice(0, mostLines).map(({ sign, text }, index) => (
        <div key={index} className={`diff-line ${names[sign]}`}>
          <span className="diff-sign">{sign}</span>
          <span>
            <PlainText text={text} />
          </span>
        </div>
      ))}
      {lines.length > mostLines && <div className="diff-line dim">{t('common.more', { count: lines.length - mostLines })}</div>}
    </div>
  )
}

const names = { '+': 'added', '-': 'removed', ' ': 'kept', '…': 'left-out' }

/** As `diff -u` has it, without its heads: what is left out between two places is one line with dots. */
export function unified(before: string, after: string): Line[] {
  const [a, b] = [before, after].map((text) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))) as [string[], string[]]
  const parts = diffLines(a, b)
  if (parts.every((part) => part.same)) return []
  return parts.flatMap((part, index): Line[] => {
    const [old, next] = [a.slice(part.aFrom, part.aTo), b.slice(part.bFrom, part.bTo)]
    if (!part.same) return [...old.map((text): Line => ({ sign: '-', text })), ...next.map((text): Line => ({ sign: '+', text }))]
    const head = index === 0 ? 0 : around
    const tail = index === parts.length - 1 ? 0 : around
    const kept = (lines: string[]): Line[] => lines.map((text) => ({ sign: ' ', text }))
    if (old.length <= head + tail + 1) return kept(old)
    return [...kept(old.slice(0, head)), { sign: '…', text: '' }, ...kept(old.slice(old.length - tail))]
  })
}
