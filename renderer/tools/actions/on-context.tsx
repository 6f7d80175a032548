import { useTranslation } from 'react-i18next'
import { useIsLocal } from '../../queries/contexts.ts'
import { useContextName } from '../../ui/context-name.ts'

/** The first words of each dialog that changes something: on which cluster, and as whom. */
export function OnContext({ context }: { context: string }) {
  const { t } = useTranslation()
  const local = useIsLocal(context)
  return (
    <>
      {t(local ? 'delete.onLocal' : 'delete.onCluster')} <strong>{useContextName(context)}</strong>
    </>
  )
}
