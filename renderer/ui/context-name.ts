import { useTranslation } from 'react-i18next'
import { actingAs, baseContext } from '../kube/acting.ts'

/** What a context is called: by its own name, and as whom it is looked at where that is somebody else. */
export function useContextName(context: string): string {
  const { t } = useTranslation()
  const as = actingAs(context)
  return as ? t('acting.where', { context: baseContext(context), user: as.user }) : context
}
