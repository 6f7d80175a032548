import { useTranslation } from 'react-i18next'
import { Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { ObjectLink } from '../generic/common.tsx'
import { endpointText } from './endpoint-text.ts'
import type { EndpointSlice } from './types.ts'
import './endpoints.css'

/** Who answers, and whether it is ready to. */
export function EndpointTable({ slices, namespace }: { slices: readonly EndpointSlice[]; namespace: string }) {
  const { t } = useTranslation()
  const endpoints = slices.flatMap((slice) =>
    (slice.endpoints ?? []).map((endpoint) => ({ slice: slice.metadata.uid, endpoint, ports: slice.ports ?? [] })),
  )
  if (endpoints.length === 0) return <p className="dim">{t('services.noEndpoints')}</p>
  return (
    <Table
      head={[t('facts.address'), t('columns.status'), t('facts.target'), t('columns.node')]}
      rows={endpoints.map(({ slice, endpoint, ports }) => ({
        key: `${slice} ${endpoint.addresses.join()}`,
        cells: [
          <Addresses key="a" addresses={endpoint.addresses} ports={ports.map(({ port }) => port)} />,
          <EndpointState key="s" ready={endpoint.conditions?.ready !== false} terminating={endpoint.conditions?.terminating === true} />,
          endpoint.targetRef?.kind === 'Pod' ? (
            <span key="t" className="endpoint-target">
              <ObjectLink resource="pods" namespace={namespace} name={endpoint.targetRef.name ?? ''} middle />
            </span>
          ) : (
            ''
          ),
          endpoint.nodeName ? (
            <span key="n" className="endpoint-node">
              <ObjectLink resource="nodes" namespace="" name={endpoint.nodeName} middle />
            </span>
          ) : (
            ''
          ),
        ],
      }))}
    />
  )
}

/** Each as it is typed into a browser; with several ports, the address once. A line may end after an address, not within. */
function Addresses({ addresses, ports }: { addresses: readonly string[]; ports: readonly (number | undefined)[] }) {
  return (
    <span className="mono endpoint-addresses">
      {addresses.map((address) => (
        <span key={address}>{endpointText(address, ports)}</span>
      ))}
    </span>
  )
}

function EndpointState({ ready, terminating }: { ready: boolean; terminating: boolean }) {
  const { t } = useTranslation()
  if (terminating) return <ToneWord tone="busy">{t('services.terminating')}</ToneWord>
  return <ToneWord tone={ready ? 'ok' : 'warn'}>{t(ready ? 'services.ready' : 'services.notReady')}</ToneWord>
}
