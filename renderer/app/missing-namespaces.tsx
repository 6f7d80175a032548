import { useTranslation } from 'react-i18next'
import { useCompose } from '../tools/apply/compose-context.ts'
import { useGo } from '../ui/place.ts'
import { isNamespaceName } from './namespaces.ts'

const manifest = (name: string): string => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${JSON.stringify(name)}\n`

/** That what is looked at lies in namespaces that this cluster does not have, and the ways on: to make them, or to look elsewhere. */
export function MissingNamespaces({ names }: { names: readonly string[] }) {
  const { t } = useTranslation()
  const go = useGo()
  const compose = useCompose()
  return (
    <>
      {names.map((name) => (
        <strong key={name}>{t('list.noNamespace', { namespace: name })}</strong>
      ))}
      {names.filter(isNamespaceName).map((name) => (
        <button key={name} type="button" className="icon-button action" onClick={() => compose(manifest(name))}>
          {t('list.makeNamespace', { namespace: name })}
        </button>
      ))}
      <button type="button" className="icon-button action" onClick={() => go({ namespace: '' })}>
        {t('list.allNamespaces')}
      </button>
    </>
  )
}
