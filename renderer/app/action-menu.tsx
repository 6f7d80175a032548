import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { clusterPath, requestJson } from '../kube/fetch.ts'
import type { KubeObject } from '../kube/types.ts'
import { actionsOf } from '../resources/actions.ts'
import { useAct } from '../tools/actions/act-context.ts'
import { objectPath, offeredFor, type Target } from '../tools/actions/action.ts'
import { useRefused } from '../tools/actions/allowed.ts'
import { Icon } from '../ui/icon.tsx'

/** What can be done to the object that is open. */
export function ActionMenuButton({ target, object }: { target: Target; object: KubeObject }) {
  const { t } = useTranslation()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className="icon-button" aria-label={t('actions.menu')} title={t('actions.menu')}>
          <Icon name="more" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Items target={target} object={object} />
      </Menu.Dropdown>
    </Menu>
  )
}

export interface MenuPlace {
  target: Target
  x: number
  y: number
}

/** The menu of a row, or of the rows that are selected, at the pointer. */
export function RowMenu({ place: { target, x, y }, onClose }: { place: MenuPlace; onClose(): void }) {
  const { t } = useTranslation()
  const { objects } = target
  const { data } = useQuery({
    queryKey: ['menu-object', target.context, target.resource, objects],
    queryFn: ({ signal }) => requestJson<KubeObject>(clusterPath(target.context, objectPath(target.resource, objects[0]!)), { signal }),
    enabled: objects.length === 1,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
  const [first] = objects
  return (
    <Menu opened onClose={onClose} position="bottom-start" returnFocus={false}>
      <Menu.Target>
        <button type="button" tabIndex={-1} className="menu-anchor" style={{ left: x, top: y }} aria-label={t('actions.menu')} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{objects.length === 1 && first ? first.name : t('list.selected', { count: objects.length })}</Menu.Label>
        <Items target={target} grey={data} />
      </Menu.Dropdown>
    </Menu>
  )
}

/** `object`: what makes no sense for it is left out. `grey`: it is there and cannot be chosen, since it was there before the object was. */
function Items({ target, object, grey }: { target: Target; object?: KubeObject; grey?: KubeObject }) {
  const { t } = useTranslation()
  const act = useAct()
  const offered = offeredFor(actionsOf(target.resource), target, object)
  const refused = useRefused(offered, target)
  return offered.map((action, index) => (
    <Menu.Item
      key={action.id}
      leftSection={<Icon name={action.icon} size={14} />}
      rightSection={action.key && <kbd>{action.key}</kbd>}
      className={action.danger ? 'danger-item' : undefined}
      disabled={refused[index] !== undefined || (grey !== undefined && action.applies !== undefined && !action.applies(grey))}
      onClick={() => act(action, target)}
    >
      {t(`actions.${action.id}.name`)}
      {refused[index] !== undefined && <span className="not-allowed">{t('rights.notAllowed', { what: refused[index] })}</span>}
    </Menu.Item>
  ))
}
