import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { baseContext } from '../../kube/acting.ts'
import { useContexts } from '../../queries/contexts.ts'
import { useContextName } from '../../ui/context-name.ts'
import { useStored } from '../../ui/storage.ts'

/** On clusters that are not ours the node's own endpoints open only after saying what permission they use. */
export function NodeGate({ context, children }: { context: string; children: React.ReactNode }) {
  const { t } = useTranslation()
  const { data } = useContexts()
  const name = useContextName(context)
  const [accepted, setAccepted] = useStored<string[]>('nodes.proxy.accepted', [])
  if (!data) return null
  if (data.some((c) => c.name === baseContext(context) && c.local) || accepted.includes(context)) return children
  return (
    <div className="overview" role="note">
      <p className="why">
        <strong>{t('nodes.gate.title')}</strong> {t('nodes.gate.text')}
      </p>
      <Button onClick={() => setAccepted([...accepted, context])}>{t('nodes.gate.open', { context: name })}</Button>
    </div>
  )
}
