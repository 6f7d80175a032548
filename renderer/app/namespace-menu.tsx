import { useTranslation } from 'react-i18next'
import { namespaceFilter, namespacesOf } from '../kube/scope.ts'
import { PickMenu } from '../ui/pick-menu.tsx'
import { placeNow, useGo, usePlace } from '../ui/place.ts'
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
  const chosen = namespacesOf(place.namespace)
  for (const name of chosen) {
    if (!choices.some((choice) => choice.name === name)) items.splice(1, 0, { value: name, label: name, note: undefined })
  }
  return (
    <PickMenu
      label={t('namespaces.filter')}
      value={place.namespace}
      text={chosen.join(', ') || t('namespaces.all')}
      items={items}
      several={{
        chosen: chosen.length > 0 ? chosen : [''],
        may: (name) => name !== '',
        onToggle: (name) => {
          const now = namespacesOf(placeNow()?.namespace ?? '')
          go({ namespace: namespaceFilter(now.includes(name) ? now.filter((each) => each !== name) : [...now, name]) })
        },
      }}
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
