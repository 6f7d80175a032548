import { memo, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { baseContext } from '../kube/acting.ts'
import type { ColumnInfo, Sort } from '../kube/columns.ts'
import { quietCell, quietTone } from '../kube/control-loops.ts'
import type { RowRef, ViewData } from '../kube/protocol.ts'
import { isStale } from '../kube/connection.ts'
import { isTroubled } from '../kube/reflector.ts'
import { can, type Resource, resourceKey } from '../kube/resource.ts'
import { ownKey } from '../kube/joined.ts'
import { namespacesOf } from '../kube/scope.ts'
import { useConnection } from '../queries/connection.ts'
import { useInert } from '../queries/control-loops.ts'
import { useHub, useView, type ViewWindow } from '../queries/hub.ts'
import { none } from '../resources/printed.ts'
import { useAct } from '../tools/actions/act-context.ts'
import { useRefused } from '../tools/actions/allowed.ts'
import { deletion } from '../tools/actions/common.ts'
import type { Target } from '../tools/actions/action.ts'
import { DataList } from '../ui/data-list.tsx'
import { FeedNotice } from '../ui/feed-notice.tsx'
import { Icon } from '../ui/icon.tsx'
import { placeUrl, useGo, usePlace } from '../ui/place.ts'
import { useFitting } from '../ui/list/use-fitting.ts'
import { useStored } from '../ui/storage.ts'
import { type MenuPlace, RowMenu } from './action-menu.tsx'
import { ClusterStrip } from './cluster-strip.tsx'
import { EmptyList } from './empty-list.tsx'
import { FilterInput } from './filter-input.tsx'
import { inCluster, useClusters } from './list-clusters.ts'
import { RowsMenu } from './rows-menu.tsx'
import { ColumnsMenu, useColumns, useStableColumns } from './list-columns.tsx'
import { useFilter } from './list-filter.ts'
import { useSelection } from './list-selection.ts'
import { NobodyWorks } from './nobody-works.tsx'
import { SaveViewButton } from './saved-views.tsx'
import { ScopeOffer } from './scope-offer.tsx'
import { useTargetSource } from './targets.ts'

const firstWindow: ViewWindow = { start: 0, end: 120, hold: false }
const nothingSelected = { shown: 0, hidden: 0 }

/** Nobody stands behind the words of these clusters: none of them is green, and nothing goes on. */
const quiet = (data: ViewData, own: string, inert: ReadonlySet<string>): ViewData =>
  inert.size === 0
    ? data
    : {
        ...data,
        rows: data.rows.map((row) =>
          inert.has(row.context ?? own) ? { ...row, tone: row.tone && quietTone(row.tone), cells: row.cells.map(quietCell) } : row,
        ),
      }

/** One kind's list: filter, columns, sort, selection, counts, live rows. */
export function ListPage({ resource }: { resource: Resource }) {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const hub = useHub()
  const act = useAct()
  const key = resourceKey(resource)
  const [storedSort, setStoredSort] = useStored<Sort | null>(`sort.${key}`, null)
  const [shownColumns, setShownColumns] = useStored<string[] | null>(`columns.${key}`, null)
  const sort = useMemo(() => parseSort(place.sort) ?? storedSort ?? undefined, [place.sort, storedSort])
  const [filter, setFilter] = useFilter()
  const namespace = resource.namespaced ? place.namespace || undefined : undefined
  const { sources, clusters, resourceIn } = useClusters(resource, namespace)
  const several = clusters.length > 1
  const scope = `${key}|${clusters.map(({ context }) => context).join('|')}|${place.namespace}`
  const [known, setKnown] = useState<ColumnInfo[]>()
  const visible = useColumns(known, shownColumns, namespacesOf(namespace ?? '').length === 1)
  // A hidden column may be what the list is sorted by.
  const usage = visible.some(({ info }) => info.used) || known?.find(({ id }) => id === sort?.column)?.used
  const {
    data: told,
    handle,
    look,
  } = useView(sources[0] && { source: sources[0], beside: sources.slice(1), sort, filter, usage, ...firstWindow })
  const inert = useInert(
    clusters.map(({ context }) => context),
    key,
  )
  const listed = clusters.map((cluster) => ({ ...cluster, part: told?.clusters?.find(({ context }) => context === cluster.context) }))
  // One cluster that does not answer holds nobody: its own line says how it is.
  const settled =
    several &&
    listed.every(({ part, absent, connection: { word } }) => absent || part?.state.synced || part?.state.error || word === 'unreachable')
  const data = useMemo(
    () => told && quiet(settled ? { ...told, state: { ...told.state, synced: true } } : told, place.context, inert),
    [inert, told, settled, place.context],
  )
  const away = new Set(
    listed.flatMap(({ context, connection, part }) => (isStale(connection) || (part && isTroubled(part.state)) ? [context] : [])),
  )
  const connection = useConnection(place.context)
  const stale = !several && data !== undefined && data.total > 0 && (isStale(connection) || isTroubled(data.state))
  const refused = !several && data?.state.error?.code === 403 && data.total === 0
  const infos = useStableColumns(data)
  useLayoutEffect(() => setKnown(infos), [infos])
  // Rows that are drawn already take their tones anew with other columns only.
  const awayMark = [...away].join('|')
  const columns = useMemo(() => [...visible], [visible, inert, awayMark])
  const { selection, toggle, toggleAll, clear, drop } = useSelection(handle, scope)
  const read = useCallback(async (ids: string[]) => (await handle.current?.read(ids)) ?? [], [handle])
  const current = data?.sort ?? sort ?? { column: 'name', descending: false }
  const frame = useRef<HTMLElement>(null)
  const fitted = useFitting(frame, columns, current.column, shownColumns !== null)
  const picked = selection.size > 0 ? (data?.selected ?? nothingSelected) : nothingSelected
  const cursor = useRef<RowRef>(undefined)
  const [menu, setMenu] = useState<MenuPlace>()
  // Over all namespaces nothing is asked: what is not allowed there may be in one of them.
  const inOnePlace = !several && (namespacesOf(place.namespace).length === 1 || !resource.namespaced)
  const many = ['1', '2'].map((key) => ({ key, name: '', namespace: resource.namespaced ? place.namespace : '' }))
  const [mayNot] = useRefused(picked.shown > 0 && inOnePlace ? [deletion] : [], { context: place.context, resource, objects: many })
  // Of a list of several clusters an action is for the rows of one: the dialog names it, and the others are not touched.
  const targetOf = (objects: readonly RowRef[], context = objects[0]?.context ?? place.context): Target => {
    const own = several ? objects.filter((row) => row.context === context) : objects
    const listKeys = new Map(own.map(({ key: listKey }) => [ownKey(listKey), listKey]))
    return {
      context,
      resource: resourceIn(context) ?? resource,
      objects: several ? own.map(({ name, namespace: inside, key: listKey }) => ({ key: ownKey(listKey), name, namespace: inside })) : own,
      gone: (keys) => drop(several ? keys.map((each) => listKeys.get(each) ?? each) : keys),
    }
  }
  const chosenIn = data?.clusters?.filter(({ selected }) => selected > 0) ?? []
  const mixed = chosenIn.length > 1
  useTargetSource('list', async () => {
    const chosen = picked.shown > 0 ? ((await handle.current?.pickSelected()) ?? []) : []
    // Which of the clusters is meant a key does not say.
    if (new Set(chosen.map(({ context }) => context)).size > 1) return undefined
    if (chosen.length > 0) return { target: targetOf(chosen), chosen: true }
    return cursor.current && { target: targetOf([cursor.current]) }
  })
  // A row of the selection stands for all of it.
  const openMenu = (row: RowRef, x: number, y: number): void => {
    const show = (objects: readonly RowRef[]): void => setMenu({ target: targetOf(objects, row.context), x, y })
    if (selection.has(row.key)) void handle.current?.pickSelected().then((all) => show(all.length > 0 ? all : [row]))
    else show([row])
  }
  const closeMenu = (): void => {
    setMenu(undefined)
    // What was chosen there may have a dialog by now.
    if (document.activeElement === document.body) frame.current?.querySelector<HTMLElement>('[role=grid]')?.focus()
  }
  const allSelected = (data?.shown ?? 0) > 0 && picked.shown >= (data?.shown ?? 0)
  return (
    <section ref={frame} className="list-page" aria-label={resource.kind}>
      <div className="toolbar">
        <h1 title={resource.kind}>{resource.kind}</h1>
        {data && (data.state.synced || data.total > 0) && (
          <Counts total={data.total} shown={data.shown} selected={picked.shown} hidden={picked.hidden} />
        )}
        <FilterInput value={filter} onChange={setFilter} />
        {data !== undefined && data.waiting > 0 && (
          <span className="dim held" role="status">
            {t('list.held', { count: data.waiting })}
          </span>
        )}
        <span className="bar-space" />
        {picked.shown + picked.hidden > 0 && (
          <>
            {picked.shown > 0 && !mixed && can(resource, 'delete') && (
              <button
                type="button"
                className="icon-button danger"
                disabled={mayNot !== undefined}
                title={mayNot && t('rights.notAllowed', { what: mayNot })}
                onClick={() =>
                  void handle.current?.pickSelected().then((objects) => {
                    if (objects.length > 0) act(deletion, targetOf(objects))
                  })
                }
              >
                <Icon name="trash" size={14} />
                {t('list.deleteSelected', { count: picked.shown })}
              </button>
            )}
            {picked.shown > 0 &&
              (mixed ? chosenIn : [undefined]).map((part) => (
                <button
                  key={part?.context ?? ''}
                  type="button"
                  className="icon-button"
                  aria-haspopup="menu"
                  aria-label={part ? `${t('actions.menu')}: ${baseContext(part.context)}` : t('actions.menu')}
                  title={part ? t('contexts.oneAtATime') : t('actions.menu')}
                  onClick={(event) => {
                    const { left, bottom } = event.currentTarget.getBoundingClientRect()
                    void handle.current?.pickSelected().then((objects) => {
                      const target = targetOf(objects, part?.context)
                      if (target.objects.length > 0) setMenu({ target, x: left, y: bottom })
                    })
                  }}
                >
                  {part && t('contexts.selectedIn', { count: part.selected, context: baseContext(part.context) })}
                  <Icon name="more" size={14} />
                </button>
              ))}
            <button type="button" className="icon-button" title={t('list.clearSelection')} onClick={clear}>
              <Icon name="close" size={14} />
              <span className="if-wide">{t('list.clearSelection')}</span>
            </button>
          </>
        )}
        <SaveViewButton />
        <RowsMenu
          columns={columns}
          count={picked.shown > 0 ? picked.shown : (data?.shown ?? 0)}
          file={[resource.plural, namespace, ...clusters.map(({ context }) => baseContext(context))].filter(Boolean).join('-')}
          read={read}
        />
        <ColumnsMenu infos={infos} visible={columns} fitting={fitted} onChange={setShownColumns} />
      </div>
      {several ? (
        <ClusterStrip clusters={listed} filter={filter} onFilter={setFilter} />
      ) : (
        <FeedNotice state={data?.state} count={data?.total ?? 0} connection={connection} onRetry={() => hub.kick()} />
      )}
      {!refused && <NobodyWorks resource={resource} />}
      {refused && resource.namespaced && <ScopeOffer resource={resource} />}
      <DataList
        label={resource.kind}
        data={data}
        stale={stale}
        columns={fitted}
        sort={current}
        onSort={(column) => {
          const next = { column, descending: current.column === column ? !current.descending : false }
          setStoredSort(next)
          go({ sort: `${next.descending ? '-' : ''}${column}` }, { replace: true })
        }}
        onWindow={look}
        selection={selection}
        onToggle={toggle}
        allSelected={allSelected}
        onToggleAll={() => toggleAll(!allSelected, data?.shown ?? 0)}
        isOpen={(row) =>
          place.object?.name === row.name &&
          place.object.namespace === row.namespace &&
          (row.context === undefined || row.context === place.context)
        }
        isStale={(row) => row.context !== undefined && away.has(row.context)}
        onOpen={(row) => go({ ...inCluster(place, row), object: { namespace: row.namespace, name: row.name } })}
        linkFor={(column, text, row) =>
          column.link && text !== none
            ? placeUrl({
                context: row.context ?? place.context,
                namespace: place.namespace,
                resource: column.link,
                object: { namespace: '', name: text },
              })
            : undefined
        }
        onCursor={(row) => {
          cursor.current = row
        }}
        onMenu={openMenu}
        onLink={(column, text, row) =>
          go({
            ...(row.context === undefined ? {} : { context: row.context }),
            resource: column.link,
            object: { namespace: '', name: text },
          })
        }
        resetKey={`${scope}|${filter}|${place.sort}`}
        empty={<EmptyList resource={resource} data={data} filter={filter} onClear={() => setFilter('')} />}
      />
      {menu && <RowMenu place={menu} onClose={closeMenu} />}
    </section>
  )
}

const parseSort = (text: string): Sort | undefined =>
  text ? { column: text.replace(/^-/, ''), descending: text.startsWith('-') } : undefined

// Takes plain values: an answer that only brings other rows does not render it.
const Counts = memo(function Counts({ total, shown, selected, hidden }: Record<'total' | 'shown' | 'selected' | 'hidden', number>) {
  const { t } = useTranslation()
  const text = shown === total ? t('list.count', { count: total }) : t('list.countFiltered', { shown, count: total })
  return (
    <span className="counts" data-testid="counts">
      {text}
      {selected + hidden > 0 && ` · ${t('list.selected', { count: selected + hidden })}`}
      {hidden > 0 && ` · ${t('list.selectedHidden', { count: hidden })}`}
    </span>
  )
})
