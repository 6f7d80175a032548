import { Menu } from '@mantine/core'
import { memo, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { ColumnInfo } from '../kube/columns.ts'
import type { ViewData } from '../kube/protocol.ts'
import { Icon } from '../ui/icon.tsx'
import './list-columns.css'

interface VisibleColumn {
  info: ColumnInfo
  at: number
  label: string
}

export function useStableColumns(data: ViewData | undefined): ColumnInfo[] | undefined {
  const infos = data?.columns
  // Each answer brings equal columns in new arrays; only their content may give the rows new ones.
  const mark = infos?.map((c) => c.id + c.label).join('|') ?? ''
  const held = useRef(infos)
  if (held.current?.map((c) => c.id + c.label).join('|') !== mark) held.current = infos
  return held.current
}

/** Without its name a row is nobody's; only a kind whose names say nothing, as those of events, may declare otherwise. */
const alwaysShown = (info: ColumnInfo): boolean => info.id === 'name' && !info.hidden

export function useColumns(stable: ColumnInfo[] | undefined, shown: string[] | null, oneNamespace: boolean): VisibleColumn[] {
  const { t } = useTranslation()
  return useMemo(
    () =>
      (stable ?? []).flatMap((info, at) => {
        const visible = shown ? shown.includes(info.id) : !info.hidden && !(oneNamespace && info.id === 'namespace')
        return visible || alwaysShown(info) ? [{ info, at, label: info.literal ? info.label : t(`columns.${info.label}`) }] : []
      }),
    [stable, shown, oneNamespace, t],
  )
}

// Takes plain values: an answer that only brings other rows does not render it.
export const ColumnsMenu = memo(function ColumnsMenu({
  infos,
  visible,
  fitting,
  onChange,
}: {
  infos: ColumnInfo[] | undefined
  visible: VisibleColumn[]
  /** Those of them that there is room for. */
  fitting: readonly VisibleColumn[]
  onChange(shown: string[] | null): void
}) {
  const { t } = useTranslation()
  const shown = visible.map((c) => c.info.id)
  const left = visible.filter((column) => !fitting.includes(column)).map(({ label }) => label)
  const label = [t('list.columns'), left.length > 0 && t('list.noRoom', { columns: left.join(', ') })].filter(Boolean).join(': ')
  return (
    <Menu position="bottom-end" closeOnItemClick={false} withinPortal={false}>
      <Menu.Target>
        <button type="button" className="icon-button" aria-label={label} title={label}>
          <Icon name="columns" />
          {left.length > 0 && <span className="dim">{`+${left.length}`}</span>}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {left.length > 0 && <p className="dim menu-note">{t('list.noRoom', { columns: left.join(', ') })}</p>}
        {(infos ?? []).map((info) => (
          <Menu.CheckboxItem
            key={info.id}
            disabled={alwaysShown(info)}
            checked={shown.includes(info.id)}
            onChange={(checked) => onChange(checked ? [...shown, info.id] : shown.filter((id) => id !== info.id))}
          >
            {info.literal ? info.label : t(`columns.${info.label}`)}
          </Menu.CheckboxItem>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => onChange(null)}>{t('list.columnsDefault')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
})
