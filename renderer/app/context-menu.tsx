import { useTranslation } from 'react-i18next'
import { baseContext } from '../kube/acting.ts'
import { connectionOf } from '../kube/connection.ts'
import { resourceKey } from '../kube/resource.ts'
import { useConnection } from '../queries/connection.ts'
import { cautionOf, type ContextInfo, useContexts, useKubeconfigFaults } from '../queries/contexts.ts'
import { useResources } from '../queries/discovery.ts'
import { useNet } from '../queries/hub.ts'
import { ToneWord } from '../ui/icon.tsx'
import { PickMenu } from '../ui/pick-menu.tsx'
import { contextsOf, placeNow, useGo, usePlace } from '../ui/place.ts'

/** Every context, those that are looked at with how they are; below, what is wrong with the kubeconfig files. */
export function ContextMenu() {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const net = useNet()
  const { data } = useContexts()
  const connection = useConnection(place.context)
  const faults = useKubeconfigFaults()
  const isList = useResources(place.context).some((r) => resourceKey(r) === place.resource)
  const own = baseContext(place.context)
  const toneOf = (context: string) => {
    const cluster = net.clusters[context]
    if (context === own) return connection.tone
    return cluster && cluster.phase !== 'idle'
      ? connectionOf({ socket: net.socket, cluster, troubled: net.troubled[context] ?? 0, local: undefined }).tone
      : undefined
  }
  const cautionWord = (c: ContextInfo) => {
    const word = cautionOf(c)
    return word && t(`contexts.${word}.word`)
  }
  const items = (data ?? []).map((c) => ({
    value: c.name,
    label: c.name,
    note: c.error ?? (c.local ? t('contexts.local') : [c.server, c.namespace, cautionWord(c)].filter(Boolean).join(' · ')),
    tone: c.error === undefined ? toneOf(c.name) : ('bad' as const),
  }))
  const shown = data?.find((c) => c.name === own)
  const caution = shown && cautionOf(shown)
  const chosen = contextsOf(place)
  const toggle = (name: string): void => {
    const { context, beside } = placeNow() ?? place
    const others = [context, ...beside].filter((other) => other !== name)
    // Of a place that is no list, the list of pods is the one to see them together in.
    const resource = isList ? {} : { resource: 'pods' }
    if (name !== context) go({ ...resource, beside: beside.includes(name) ? beside.filter((other) => other !== name) : [...beside, name] })
    else if (others[0] !== undefined) go({ context: others[0], beside: others.slice(1), object: undefined, tab: '' })
  }
  return (
    <PickMenu
      label={t('contexts.switch')}
      value={own}
      text={(place.beside.length > 0 ? t('contexts.more', { context: own, count: place.beside.length }) : own) || t('contexts.none')}
      items={items}
      several={{ chosen, may: (name) => data?.find((c) => c.name === name)?.error === undefined, onToggle: toggle }}
      tone={place.context ? connection.tone : undefined}
      onPick={(context) =>
        go({ context, beside: [], object: undefined, namespace: data?.find((c) => c.name === context)?.namespace ?? '', tab: '' })
      }
      footer={
        <>
          {caution && (
            <div className="pick-footer" role="note" aria-label={t(`contexts.${caution}.word`)}>
              <ToneWord tone="warn">{t(`contexts.${caution}.word`)}</ToneWord>
              <p>{t(`contexts.${caution}.detail`, { context: own, user: shown?.user })}</p>
            </div>
          )}
          {faults.length > 0 && (
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
          )}
        </>
      }
    />
  )
}
