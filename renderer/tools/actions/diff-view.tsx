import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type DiffLine, unified, type UnifiedDiff } from '../../kube/unified-diff.ts'
import { PlainText } from '../../ui/plain-text.tsx'
import { comparedTexts } from '../yaml/text.ts'
import { askYaml, isLarge, largeText, useWorked } from '../yaml/yaml-jobs.ts'
import './diff-view.css'

/** What changes between two texts, line by line, with a few that stay around it. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const asked = useMemo(() => ({ before, after }), [before, after])
  return <Diff asked={asked} large={before.length + after.length > largeText} compare={ofTexts} label={label} />
}

/** What changes between two versions of an object, as YAML without the server's bookkeeping and the values of Secrets. */
export function ObjectDiff({ before, after, label }: { before: unknown; after: unknown; label: string }) {
  const asked = useMemo(() => ({ before, after }), [before, after])
  const large = useMemo(() => isLarge([before, after]), [before, after])
  return <Diff asked={asked} large={large} compare={ofObjects} label={label} />
}

interface Comparison<T> {
  here(asked: { before: T; after: T }): UnifiedDiff
  there(asked: { before: T; after: T }): Promise<UnifiedDiff>
}
const ofTexts: Comparison<string> = {
  here: ({ before, after }) => unified(before, after),
  there: (asked) => askYaml('differ', asked),
}
const ofObjects: Comparison<unknown> = {
  here: ({ before, after }) => unified(...comparedTexts(before, after)),
  there: (asked) => askYaml('compare', asked),
}

function Diff<T>({
  asked,
  large,
  compare,
  label,
}: {
  asked: { before: T; after: T }
  large: boolean
  compare: Comparison<T>
  label: string
}) {
  const { t } = useTranslation()
  const here = useMemo(() => (large ? undefined : compare.here(asked)), [asked, large, compare])
  const worked = useWorked(large ? asked : undefined, (of) => compare.there(of).catch(() => compare.here(of)))
  // One of other versions is none: somebody applies what stands here.
  const diff = here ?? (worked?.input === asked ? worked.output : undefined)
  if (diff === undefined) return <p className="dim">{t('actions.comparing')}</p>
  if (diff.lines.length === 0) return <p className="dim">{t('actions.noDifference')}</p>
  return (
    <div className="diff" role="region" aria-label={label} tabIndex={0}>
      {diff.lines.map((line, index) => (
        <Line key={index} line={line} />
      ))}
      {diff.more > 0 && <div className="diff-line dim">{t('common.more', { count: diff.more })}</div>}
    </div>
  )
}

const names = { '+': 'added', '-': 'removed', ' ': 'kept', '…': 'left-out' }

function Line({ line: { sign, text, cut = [0, 0] } }: { line: DiffLine }) {
  const { t } = useTranslation()
  const left = (count: number) => count > 0 && <span className="dim"> {t('common.charactersMore', { count })} </span>
  return (
    <div className={`diff-line ${names[sign]}`}>
      <span className="diff-sign">{sign}</span>
      <span>
        {left(cut[0])}
        <PlainText text={text} />
        {left(cut[1])}
      </span>
    </div>
  )
}
