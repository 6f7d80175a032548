import { useTranslation } from 'react-i18next'
import { baseContext } from '../kube/acting.ts'
import { connectionOf } from '../kube/connection.ts'
import { useConnection } from '../queries/connection.ts'
import { useContexts, useKubeconfigFaults } from '../queries/contexts.ts'
import { useNet } from '../queries/hub.ts'
import { ToneWord } from '../ui/icon.tsx'
import { PickMenu } from '../ui/pick-menu.tsx'
import { useGo, usePlace } from '../ui/place.ts'

/** Every context, those that are looked at with how they are; below, what is wrong with the kubeconfig files. */
export function ContextMenu() {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const net = useNet()
  const { data } = useContexts()
  const connection = useConnection(place.context)
  const faults = useKubeconfigFaults()
  const own = baseContext(place.context)
  const toneOf = (context: string) => {
    const cluster = net.clusters[context]
    if (context === own) return connection.tone
    return cluster && cluster.phase !== 'idle'
      ? connectionOf({ socket: net.socket, cluster, troubled: net.troubled[context] ?? 0, local: undefined }).tone
      : undefined
  }
  const items = (data ?? []).map((c) => ({
    value: c.name,
    label: c.name,
    note: c.error ?? (c.local ? t('contexts.local') : [c.server, c.namespace].filter(Boolean).join(' · ')),
    tone: c.error === undefined ? toneOf(c.name) : ('bad' as const),
  }))
  return (
    <PickMenu
      label={t('contexts.switch')}
      value={own}
      text={own || t('contexts.none')}
      items={items}
      tone={place.context ? connection.tone : undefined}
      onPick={(context) => go({ context, object: undefined, namespace: data?.find((c) => c.name === context)?.namespace ?? '', tab: '' })}
      footer={
        faults.length > 0 && (
          <div className="pick-footer" role="note" aria-label={t('contexts.faults', { count: faults.length })}>
            <ToneWord tone="warn">{t('contexts.faults', { count: faults.length })}</ToneWord>
            <ul>
              {faults.map(({ file, line, message }) => (
                <li key={`${file}:${line}:${message}`}>
                  <span className="mono">{line === undefined ? file : t('contexts.faultAt', { file, line })}</span>
                  <br />
                  <span className="said">{message}</span>
                </li>
              ))}
            </ul>
            <p>{t('contexts.faultNext')}</p>
          </div>
        )
      }
    />
  )
}
