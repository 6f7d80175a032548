import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { labelSelectorText } from '../../kube/label-selector.ts'
import { pods } from '../../queries/discovery.ts'
import { Section, Table } from '../../ui/facts.tsx'
import { placeUrl, usePlace } from '../../ui/place.ts'
import { PageBody } from '../generic/page-body.tsx'
import type { KindPage } from '../page.ts'
import { PodLines } from '../pods/pod-lines.tsx'
import { useLists } from '../generic/use-lists.ts'
import { directionsOf, peerOf, podsOf, portText, type Rule } from './peers.ts'
import { networkPolicyView, type Policy } from './view.ts'

const namespaceKinds = ['namespaces']

/** Who may reach these pods, and whom they may reach. */
function PolicyOverview({ object }: { object: Policy }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const { namespace } = object.metadata
  const selector = labelSelectorText(object.spec?.podSelector ?? {})
  const source = useMemo(
    () => ({ context, resource: pods, namespace, labelSelector: selector || undefined }),
    [context, namespace, selector],
  )
  return (
    <PageBody
      object={object}
      facts={[
        [
          t('columns.selector'),
          <span key="s" className={selector ? 'mono' : ''}>
            {selector || t('policies.allHere')}
          </span>,
        ],
      ]}
    >
      {directionsOf(object.spec).map((direction) => (
        <Direction
          key={direction}
          direction={direction}
          namespace={namespace ?? ''}
          rules={(direction === 'Ingress' ? object.spec?.ingress : object.spec?.egress) ?? []}
        />
      ))}
      <Section title={t('policies.pods')}>
        <PodLines source={source} empty={t('workloads.noPods')} />
      </Section>
    </PageBody>
  )
}

function Direction({ direction, namespace, rules }: { direction: 'Ingress' | 'Egress'; namespace: string; rules: Rule[] }) {
  const { t } = useTranslation()
  const { context } = usePlace()
  const listed = useLists(context, '', namespaceKinds)
  const namespaces = (listed?.objects ?? []).map(({ object }) => object.metadata)
  const inwards = direction === 'Ingress'
  return (
    <Section title={t(inwards ? 'policies.ingress' : 'policies.egress')}>
      {rules.length === 0 ? (
        <p>{t(inwards ? 'policies.nobodyIn' : 'policies.nobodyOut')}</p>
      ) : (
        <Table
          head={[t(inwards ? 'columns.from' : 'policies.to'), t('columns.ports')]}
          rows={rules.map((rule, index) => {
            const peers = inwards ? rule.from : rule.to
            return {
              key: String(index),
              cells: [
                peers?.length ? (
                  <ul key="peers" className="plain-list">
                    {peers.map((peer, at) => {
                      const { word, values } = peerOf(peer)
                      const text = t(`policies.peer.${word}`, values)
                      const pods = podsOf(peer, namespace, namespaces)
                      return <li key={at}>{pods ? <Link to={placeUrl({ context, resource: 'pods', ...pods })}>{text}</Link> : text}</li>
                    })}
                  </ul>
                ) : (
                  t('policies.anybody')
                ),
                <span key="ports" className="mono">
                  {rule.ports?.length ? rule.ports.map(portText).join(', ') : t('policies.anyPort')}
                </span>,
              ],
            }
          })}
        />
      )}
    </Section>
  )
}

export const policyPage: KindPage<Policy> = { view: networkPolicyView, Overview: PolicyOverview }
