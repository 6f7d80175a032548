import { useTranslation } from 'react-i18next'
import { Table } from '../../ui/facts.tsx'
import { ToneWord } from '../../ui/icon.tsx'
import { ObjectLink } from '../generic/common.tsx'
import type { EndpointSlice } from './types.ts'

/** Who answers, and whether it is ready to. */
export function EndpointTable({ slices, namespace }: { slices: readonly EndpointSlice[]; namespace: string }) {
  const { t } = useTranslation()
  const endpoints = slices.flatMap((slice) => (slice.endpoints ?? []).map((endpoint) => ({ endpoint, ports: slice.ports ?? [] })))
  if (endpoints.length === 0) return <p className="dim">{t('services.noEndpoints')}</p>
  return (
    <Table
      head={[t('facts.address'), t('columns.status'), t('facts.target'), t('columns.node')]}
      rows={endpoints.map(({ endpoint, ports }) => ({
        key: endpoint.addresses.join(),
        cells: [
          <span key="a" className="mono">{`${endpoint.addresses.join(', ')} ${ports.map((p) => `:${p.port}`).join(' ')}`}</span>,
          <EndpointState key="s" ready={endpoint.conditions?.ready !== false} terminating={endpoint.conditions?.terminating === true} />,
          endpoint.targetRef?.kind === 'Pod' ? (
            <ObjectLink key="t" resource="pods" namespace={namespace} name={endpoint.targetRef.name ?? ''} />
          ) : (
            ''
          ),
          endpoint.nodeName ? <ObjectLink key="n" resource="nodes" namespace="" name={endpoint.nodeName} /> : '',
        ],
      }))}
    />
  )
}

function EndpointState({ ready, terminating }: { ready: boolean; terminating: boolean }) {
  const { t } = useTranslation()
  if (terminating) return <ToneWord tone="busy">{t('services.terminating')}</ToneWord>
  return <ToneWord tone={ready ? 'ok' : 'warn'}>{t(ready ? 'services.ready' : 'services.notReady')}</ToneWord>
}
