import { readCertificates, validity } from '../../kube/certificate.ts'
import type { Beside } from '../../kube/columns.ts'
import type { KubeObject, StatusWord, Tone } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'

export const tlsSecrets = 'type=kubernetes.io/tls'

/** When a chain is valid: each of its certificates must be. `unreadable`: it has none. */
export type Dates = { notBefore: number; notAfter: number } | 'unreadable'

export interface Secret extends KubeObject {
  type?: string
  immutable?: boolean
  data?: Record<string, string>
}

/** A row of the server's Table (Name, Type, Data, Age since Kubernetes 1.10), with what its certificate says where it has one. */
export interface ListedSecret extends Secret {
  cells?: unknown[]
  dates?: Dates
}

export function datesOf({ data }: Secret): Dates {
  let pem: string
  try {
    pem = atob(data?.['tls.crt'] ?? '')
  } catch {
    return 'unreadable'
  }
  const chain = readCertificates(pem)
  if (chain.length === 0) return 'unreadable'
  return { notBefore: Math.max(...chain.map((one) => one.notBefore)), notAfter: Math.min(...chain.map((one) => one.notAfter)) }
}

const tones: Record<ReturnType<typeof validity>['word'], Tone> = { Valid: 'ok', EndsSoon: 'warn', Expired: 'bad', NotYetValid: 'warn' }

/** Of a chain by this machine's clock; the time that counts is its end, or its begin where that is to come. */
export function datesStatus(dates: Dates, now = Date.now()): StatusWord {
  if (dates === 'unreadable') return { text: 'Unreadable', tone: 'bad' }
  const { word, until } = validity(dates, now)
  const at = word === 'NotYetValid' ? dates.notBefore : dates.notAfter
  return { text: word, tone: tones[word], at, ...(until === undefined ? {} : { until }) }
}

/** What holds a certificate says how that is; the details have the whole Secret, a list what was read of it. */
export function secretStatus(secret: ListedSecret, now?: number): StatusWord | undefined {
  if (secret.dates) return datesStatus(secret.dates, now)
  if (secret.type === 'kubernetes.io/tls' && secret.data) return datesStatus(datesOf(secret), now)
  return secret.cells?.[2] === 0 ? { text: 'Empty', tone: 'muted' } : undefined
}

const same = (a: Dates | undefined, b: Dates | undefined): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a.notBefore === b.notBefore && a.notAfter === b.notAfter)

/** Only what has a certificate is read whole, and of that the dates are kept: keys of others never leave the cluster for a list. */
const beside: Beside<ListedSecret> = {
  resource: { group: '', version: 'v1', plural: 'secrets', namespaced: true },
  fieldSelector: tlsSecrets,
  trim: (object) => {
    const { name, namespace, uid, resourceVersion } = object.metadata
    return { metadata: { name, namespace, uid, resourceVersion }, dates: datesOf(object) } as ListedSecret
  },
  join(others) {
    const all = new Map([...(others as Iterable<ListedSecret>)].map(({ metadata, dates }) => [metadata.uid, dates]))
    return (secret) => {
      const dates = all.get(secret.metadata.uid)
      return same(dates, secret.dates) ? secret : { ...secret, dates }
    }
  },
}

export const secretView = viewOf<ListedSecret>({
  namespaced: true,
  status: (secret) => secretStatus(secret),
  statusWidth: 116,
  columns: [
    { id: 'type', label: 'type', type: 'text', width: 220, cell: ({ cells, type }) => String(cells?.[1] ?? type ?? '') },
    { id: 'data', label: 'data', type: 'number', width: 80, cell: ({ cells }) => Number(cells?.[2] ?? 0) },
    {
      id: 'ends',
      label: 'ends',
      type: 'text',
      width: 110,
      cell: ({ dates }) => (typeof dates === 'object' ? new Date(dates.notAfter).toISOString().slice(0, 10) : ''),
      order: ({ dates }) => (typeof dates === 'object' ? dates.notAfter : Number.MAX_SAFE_INTEGER),
    },
  ],
  table: true,
  beside,
})
