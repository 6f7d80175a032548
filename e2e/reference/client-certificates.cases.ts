/** What a client's certificate is made of, of which a case changes something; and what stands between it and the authority. */
export interface CertificateCase {
  readonly name: string
  /** Relative names in their order, each of one attribute or more. */
  readonly subject?: readonly (readonly (readonly [type: string, value: string])[])[]
  /** In hours from now. */
  readonly from?: number
  readonly to?: number
  readonly usages?: readonly (keyof typeof USAGES)[]
  /** `foreign`: none that the server knows. `namesake`: another of the same name. */
  readonly by?: 'ca' | 'foreign' | 'namesake' | 'proxies' | 'self' | 'leaf' | Intermediate
  /** Sends along a certificate with its authority's name, which an authority of proxies has signed. */
  readonly besides?: 'impostor'
  readonly headers?: Record<string, string>
  /** Intermediates are not sent along. */
  readonly alone?: true
  readonly key?: 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | 'RSA'
  /** Extensions that nobody knows. */
  readonly unknown?: 'critical' | 'passed over'
  readonly isCa?: true
  /** What it may be used for at all, as a bit string. */
  readonly keyUsage?: number
  readonly token?: string
}

/** Certificates between, by what they are. */
export const intermediates = {
  good: {},
  'of-servers': { usages: ['server'] },
  'of-clients': { usages: ['client'] },
  expired: { to: -1 },
  'no-ca': { isCa: false },
  'no-length': { pathLength: 0 },
  'for-another-name': { permits: 'other.example.com' },
  'known-itself': { root: 'foreign' },
} as const satisfies Record<string, object>
export type Intermediate = keyof typeof intermediates

export const USAGES = {
  client: '1.3.6.1.5.5.7.3.2',
  server: '1.3.6.1.5.5.7.3.1',
  any: '2.5.29.37.0',
  code: '1.3.6.1.5.5.7.3.3',
} as const

const KEY_ENCIPHERMENT = 4
/** A user's uid in a certificate. */
const UID = '1.3.6.1.4.1.57683.2'
const named = (...names: (readonly [string, string])[]): CertificateCase['subject'] => names.map((name) => [name])

/** What OpenSSL, which looks at chains here, refuses and Go does not, and why. Nobody is let in by it whom the reference would refuse. */
export const stricter: Readonly<Record<string, string>> = {
  'for anything': 'it must be for clients by name',
  'for code and anything': 'it must be for clients by name',
  'not for signing': 'a key that may not sign proves nothing in a handshake',
  'of an authority that is known itself': 'a chain ends at a root',
  'of a client below, for another': 'node does not tell what is between, so it is not known whose client it is',
}

/** What a proxy says of whom it asks for. */
const asked = { headers: { 'x-remote-user': 'other', 'x-remote-group': 'system:masters' } }

export const certificateCases: readonly CertificateCase[] = [
  { name: 'plain' },
  { name: 'of groups', subject: named(['CN', 'a'], ['O', 'g1'], ['O', 'g2']) },
  { name: 'of a group twice', subject: named(['O', 'g'], ['CN', 'a'], ['O', 'g']) },
  { name: 'of masters', subject: named(['O', 'system:masters'], ['CN', 'a']) },
  { name: 'without a name', subject: named(['O', 'g']) },
  { name: 'without anything', subject: [] },
  { name: 'with an empty name', subject: named(['CN', ''], ['O', 'g']) },
  { name: 'with two names', subject: named(['CN', 'first'], ['CN', 'second']) },
  { name: 'with a second name that is empty', subject: named(['CN', 'first'], ['CN', '']) },
  { name: 'with an empty group', subject: named(['CN', 'a'], ['O', ''], ['O', 'g']) },
  {
    name: 'with a name and a group in one',
    subject: [
      [
        ['CN', 'a'],
        ['O', 'g'],
      ],
    ],
  },
  {
    name: 'with two groups in one',
    subject: [
      [
        ['O', 'g1'],
        ['O', 'g2'],
      ],
      [['CN', 'a']],
    ],
  },
  { name: 'with units and places', subject: named(['CN', 'a'], ['OU', 'u'], ['C', 'NL'], ['L', 'l'], ['ST', 's'], ['O', 'g']) },
  { name: 'with a uid', subject: named(['CN', 'a'], [UID, 'u-1']) },
  { name: 'with an empty uid', subject: named(['CN', 'a'], [UID, '']) },
  { name: 'with two uids', subject: named(['CN', 'a'], [UID, 'u-1'], [UID, 'u-2']) },
  { name: 'with a uid and no name', subject: named([UID, 'u-1']) },
  { name: 'with a name in other letters', subject: named(['CN', 'имя 名'], ['O', 'å']) },
  { name: 'with a long name', subject: named(['CN', 'x'.repeat(300)]) },
  { name: 'with a name of blanks', subject: named(['CN', ' a ']) },
  { name: 'with the name of an account', subject: named(['CN', 'system:serviceaccount:default:default']) },
  { name: 'with the name of nobody', subject: named(['CN', 'system:anonymous'], ['O', 'system:unauthenticated']) },
  { name: 'of a node', subject: named(['CN', 'system:node:n'], ['O', 'system:nodes']) },
  { name: 'expired', from: -48, to: -24 },
  { name: 'not yet valid', from: 24, to: 48 },
  { name: 'of no time at all', from: 2, to: -2 },
  { name: 'for servers', usages: ['server'] },
  { name: 'for both', usages: ['server', 'client'] },
  { name: 'for anything', usages: ['any'] },
  { name: 'for code', usages: ['code'] },
  { name: 'for code and anything', usages: ['code', 'any'] },
  { name: 'for nothing that is said', usages: [] },
  { name: 'not for signing', keyUsage: KEY_ENCIPHERMENT },
  { name: 'of another authority', by: 'foreign' },
  { name: 'of another authority of the same name', by: 'namesake' },
  { name: 'of its own', by: 'self' },
  { name: 'of its own, as an authority', by: 'self', isCa: true },
  { name: 'of a client', by: 'leaf' },
  { name: 'of an authority below', by: 'good' },
  { name: 'of an authority below that is not shown', by: 'good', alone: true },
  { name: 'of an authority of servers', by: 'of-servers' },
  { name: 'of an authority of clients', by: 'of-clients' },
  { name: 'of an authority that has expired', by: 'expired' },
  { name: 'of what is no authority', by: 'no-ca' },
  { name: 'of an authority that may have none below', by: 'no-length' },
  { name: 'of an authority for other names', by: 'for-another-name' },
  { name: 'of an authority that is known itself', by: 'known-itself', alone: true },
  { name: 'an authority', isCa: true },
  { name: 'with a critical extension', unknown: 'critical' },
  { name: 'with an extension', unknown: 'passed over' },
  { name: 'of P-384', key: 'P-384' },
  { name: 'of P-521', key: 'P-521' },
  { name: 'of Ed25519', key: 'Ed25519' },
  { name: 'of RSA', key: 'RSA' },
  { name: 'bad, with a good token', from: -48, to: -24, token: 'administrator' },
  { name: 'good, with a bad token', token: 'bad' },
  { name: 'good, with a good token', token: 'administrator' },
  { name: 'without a name, with a bad token', subject: named(['O', 'g']), token: 'bad' },
  { name: 'bad, with a bad token', by: 'foreign', token: 'bad' },
]

/** The same where there are front proxies besides. */
export const proxyCases: readonly CertificateCase[] = [
  { name: 'of a client beside proxies' },
  { name: 'of a proxy', by: 'proxies' },
  { name: 'of a proxy, for another', by: 'proxies', ...asked },
  { name: 'of a proxy without a name, for another', by: 'proxies', subject: [], ...asked },
  { name: 'of a client, for another', ...asked },
  { name: 'of a client below, for another', by: 'good', ...asked },
  { name: 'of a client with an impostor', besides: 'impostor' },
  { name: 'of a client with an impostor, for another', besides: 'impostor', ...asked },
]
