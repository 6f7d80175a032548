import { Menu } from '@mantine/core'
import { memo, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Cell } from '../kube/columns.ts'
import { Icon } from '../ui/icon.tsx'
import type { ListColumn } from '../ui/list/columns.ts'
import { save } from '../ui/save.ts'
import { type TextTable, toAligned, toCsv } from './rows-as-text.ts'

const saidMs = 1_500

/** The list to take along: as a table in the clipboard, or as a CSV file. Of the selected rows, where some are, else of all that are shown. */
export const RowsMenu = memo(function RowsMenu({
  columns,
  count,
  file,
  read,
}: {
  columns: readonly ListColumn[]
  count: number
  /** Its name, without an ending. */
  file: string
  /** The cells of those rows, of these columns. */
  read(columns: string[]): Promise<Cell[][]>
}) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), saidMs)
    return () => clearTimeout(timer)
  }, [copied])
  const table = async (): Promise<TextTable> => ({
    head: columns.map(({ label }) => label),
    types: columns.map(({ info }) => info.type),
    rows: await read(columns.map(({ info }) => info.id)),
  })
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(toAligned(await table(), Date.now()))
    setCopied(true)
  }
  const saveCsv = async (): Promise<void> => save(`${file}.csv`, new Blob([toCsv(await table())], { type: 'text/csv;charset=utf-8' }))
  const label = t('list.take')
  return (
    <Menu position="bottom-end" withinPortal={false}>
      <Menu.Target>
        <button type="button" className="icon-button" aria-label={label} title={label} disabled={count === 0}>
          <Icon name="save" />
          {copied && <span role="status">{t('common.copied')}</span>}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="copy" size={14} />} onClick={() => void copy()}>
          {t('list.copyRows', { count })}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="save" size={14} />} onClick={() => void saveCsv()}>
          {t('list.saveRows', { count })}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
})
