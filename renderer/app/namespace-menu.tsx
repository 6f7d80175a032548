import { useTranslation } from 'react-i18next'
import { PickMenu } from '../ui/pick-menu.tsx'
import { useGo, usePlace } from '../ui/place.ts'
import { isNamespaceName, useNamespaces, useRememberNamespace } from './namespaces.ts'

/** The namespace filter. Any name can be typed: not everybody may list namespaces who may work in one. */
export function NamespaceMenu() {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const { choices, state, remember } = useNamespaces(place.context)
  useRememberNamespace(place.namespace, remember)
  const refused = state?.error?.code === 403
  const items = [
    { value: '', label: t('namespaces.all'), note: undefined as string | undefined },
    ...choices.map(({ name, from }) => ({ value: name, label: name, note: from === 'cluster' ? undefined : t(`namespaces.from.${from}`) })),
  ]
  // A namespace that cannot be listed, or is gone, stays readable as the filter it is.
  if (place.namespace && !choices.some(({ name }) => name === place.namespace)) {
    items.splice(1, 0, { value: place.namespace, label: place.namespace, note: undefined })
  }
  return (
    <PickMenu
      label={t('namespaces.filter')}
      value={place.namespace}
      text={place.namespace || t('namespaces.all')}
      items={items}
      typed={{
        place: state?.synced ? 'last' : 'first',
        item: (text) =>
          isNamespaceName(text)
            ? { value: text, label: text, note: t(state?.synced ? 'namespaces.typedUnlisted' : 'namespaces.typed') }
            : undefined,
      }}
      footer={refused && <p className="pick-footer">{t('namespaces.refused')}</p>}
      onPick={(namespace) => go({ namespace })}
    />
  )
}
