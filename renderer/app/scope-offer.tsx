import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Resource } from '../kube/resource.ts'
import { namespacesOf } from '../kube/scope.ts'
import { useMayList } from '../queries/access.ts'
import { useGo, usePlace } from '../ui/place.ts'
import { isNamespaceName, useNamespaces } from './namespaces.ts'
import './scope-offer.css'

const most = 12

/** For somebody who may not list a kind here: the namespaces in which it may be listed, and room to type another. */
export function ScopeOffer({ resource }: { resource: Pick<Resource, 'group' | 'plural' | 'kind'> }) {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const [typed, setTyped] = useState('')
  const { choices } = useNamespaces(place.context)
  const names = choices
    .map(({ name }) => name)
    .filter((name) => !namespacesOf(place.namespace).includes(name))
    .slice(0, most)
  const allowed = useMayList(place.context, resource, names)
  // Where the cluster does not say whether it is allowed, trying is no harm.
  const open = names.filter((name) => allowed.get(name) !== false)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isNamespaceName(typed.trim())) go({ namespace: typed.trim() })
  }
  return (
    <section className="scope-offer" aria-label={t('scope.label')}>
      <p>{t(open.length > 0 ? 'scope.choose' : 'scope.type', { kind: resource.kind })}</p>
      <div className="scope-names">
        {open.map((name) => (
          <button key={name} type="button" className="icon-button action" onClick={() => go({ namespace: name })}>
            {name}
          </button>
        ))}
        <form onSubmit={submit}>
          <input
            className="text-input"
            value={typed}
            aria-label={t('namespaces.filter')}
            placeholder={t('namespaces.filter')}
            spellCheck={false}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <button type="submit" className="icon-button action" disabled={!isNamespaceName(typed.trim())}>
            {t('scope.open')}
          </button>
        </form>
      </div>
    </section>
  )
}
