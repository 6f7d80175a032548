import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { DiffView } from '../../tools/actions/diff-view.tsx'
import { CaptureChoice } from '../../tools/captures/capture-choice.tsx'
import type { Reading } from '../../tools/captures/compare.ts'
import { ChangeTable, type Search } from '../../tools/captures/reading-table.tsx'
import { type Capture, Shelf, useShelf } from '../../tools/captures/shelf.ts'
import { useChoice } from '../../tools/captures/use-choice.ts'
import { ErrorView } from '../../ui/error-view.tsx'
import { Icon } from '../../ui/icon.tsx'
import { exactMoment } from '../../ui/since.ts'
import { Toggle } from '../../ui/toggle.tsx'

/** A page of the kubelet that can be read again, and compared with what it said before. */
export interface NodePage<T> {
  ask(url: string, signal: AbortSignal): Promise<T>
  /** What is compared, and which of it only grows. */
  reading(content: T): { values: Reading; growing?: ReadonlySet<string> }
  /** As a text, where its lines can be compared too. */
  lines?(content: T): string
  View(props: { content: T; search: Search }): ReactNode
}

/** By the address, which names cluster, node and page. */
const shelf = new Shelf<unknown>()
const alike = (): boolean => true

export function NodeReading<T>({ url, page, children }: { url: string; page: NodePage<T>; children: ReactNode }) {
  const { t, i18n } = useTranslation()
  const { data, dataUpdatedAt, error, refetch, isFetching } = useQuery({
    queryKey: ['node-reading', url],
    queryFn: ({ signal }) => page.ask(url, signal),
    // The same content at another time is another reading.
    structuralSharing: false,
  })
  const [text, onText] = useState('')
  const search = { text, onText }
  useEffect(() => {
    if (data !== undefined) shelf.add(url, dataUpdatedAt, data)
  }, [url, data, dataUpdatedAt])
  const captures = useShelf(shelf, url) as readonly Capture<T>[]
  const choice = useChoice(captures, alike)
  const { shown, against, show } = choice
  const nameOf = ({ number, at }: Capture<T>): string => `${number} · ${exactMoment(at, i18n.language)}`
  const reload = (): void => {
    show(undefined)
    void refetch()
  }
  return (
    <div className="panel-fill">
      <div className="log-bar">
        {children}
        <button type="button" className="icon-button" onClick={reload} disabled={isFetching}>
          <Icon name="restart" size={14} />
          {t('nodes.reload')}
        </button>
        <CaptureChoice choice={choice} nameOf={nameOf} />
      </div>
      {error && <ErrorView error={error} onRetry={() => void refetch()} />}
      {shown &&
        (against ? (
          <Comparison page={page} before={against} after={shown} nameOf={nameOf} search={search} />
        ) : (
          !error && <page.View content={shown.content} search={search} />
        ))}
    </div>
  )
}

function Comparison<T>({
  page,
  before,
  after,
  nameOf,
  search,
}: {
  page: NodePage<T>
  before: Capture<T>
  after: Capture<T>
  nameOf(capture: Capture<T>): string
  search: Search
}) {
  const { t } = useTranslation()
  const [asLines, setAsLines] = useState(false)
  const [old, now] = useMemo(() => [page.reading(before.content), page.reading(after.content)] as const, [page, before, after])
  const texts = useMemo(
    () => (asLines && page.lines ? ([page.lines(before.content), page.lines(after.content)] as const) : undefined),
    [asLines, page, before, after],
  )
  return (
    <>
      {page.lines && (
        <div className="log-bar">
          <Toggle label={t('captures.lines')} on={asLines} onChange={setAsLines} />
        </div>
      )}
      {texts ? (
        <DiffView before={texts[0]} after={texts[1]} label={t('captures.changes')} />
      ) : (
        <ChangeTable
          before={old.values}
          after={now.values}
          growing={now.growing}
          times={[nameOf(before), nameOf(after)]}
          seconds={(after.at - before.at) / 1000}
          search={search}
        />
      )}
    </>
  )
}
