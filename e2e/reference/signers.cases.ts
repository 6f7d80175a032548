/** Requests for certificates and what they come to at the signers of kubernetes.io. */
export interface SignerCase {
  readonly name: string
  /** Relative names in their order, each of one attribute or more. */
  readonly subject?: readonly (readonly (readonly [type: string, value: string])[])[]
  readonly signer?: 'client' | 'kubelet' | 'serving'
  readonly usages?: readonly string[]
  readonly seconds?: number
  /** Alternative names. */
  readonly names?: readonly (readonly [type: 'dns' | 'ip' | 'email' | 'url' | 'dn' | 'guid' | 'id', value: string])[]
  /** Who asks; nobody approves it but the controller. */
  readonly as?: string
}

export const SIGNERS = {
  client: 'kubernetes.io/kube-apiserver-client',
  kubelet: 'kubernetes.io/kube-apiserver-client-kubelet',
  serving: 'kubernetes.io/kubelet-serving',
} as const

type Names = readonly (readonly [string, string])[]
const named = (...names: Names): NonNullable<SignerCase['subject']> => names.map((name) => [name])
const UID = '1.3.6.1.4.1.57683.2'
const node = (...more: Names): NonNullable<SignerCase['subject']> => named(['O', 'system:nodes'], ['CN', 'system:node:n'], ...more)
const client = ['digital signature', 'client auth']
const serving = ['digital signature', 'key encipherment', 'server auth']
const kubelet = (name: string, more: Partial<SignerCase> = {}): SignerCase => ({
  ...{ name: `kubelet: ${name}`, signer: 'kubelet', subject: node(), usages: client },
  ...more,
})
const server = (name: string, more: Partial<SignerCase> = {}): SignerCase => ({
  ...{
    name: `serving: ${name}`,
    signer: 'serving',
    subject: node(),
    usages: serving,
    names: [
      ['dns', 'n'],
      ['ip', '10.0.0.1'],
    ],
  },
  ...more,
})

export const signerCases: readonly SignerCase[] = [
  { name: 'a client' },
  { name: 'all that a client may', usages: ['key encipherment', 'client auth', 'digital signature'] },
  { name: 'a server', usages: ['server auth'] },
  { name: 'a client and a server', usages: ['client auth', 'server auth'] },
  { name: 'no client', usages: ['digital signature'] },
  { name: 'a use that is none', usages: ['client auth', 'crl sign'] },
  { name: 'groups', subject: named(['O', 'b'], ['O', 'a'], ['CN', 'x']) },
  { name: 'groups after the name', subject: named(['CN', 'x'], ['O', 'g']) },
  { name: 'a group twice', subject: named(['O', 'g'], ['O', 'g'], ['CN', 'x']) },
  { name: 'two names', subject: named(['CN', 'x'], ['CN', 'y']) },
  {
    name: 'a name and a group in one',
    subject: [
      [
        ['CN', 'x'],
        ['O', 'g'],
      ],
    ],
  },
  { name: 'no name', subject: named(['O', 'g']) },
  { name: 'nothing at all', subject: [] },
  { name: 'an empty name', subject: named(['CN', '']) },
  { name: 'an empty group', subject: named(['O', ''], ['CN', 'x']) },
  { name: 'a uid', subject: named(['CN', 'x'], [UID, 'u-1']) },
  { name: 'places and units', subject: named(['CN', 'x'], ['OU', 'u'], ['L', 'l'], ['ST', 's'], ['C', 'NL'], ['O', 'g'], ['DC', 'd']) },
  { name: 'a serial number and a mail address', subject: named(['2.5.4.5', '7'], ['E', 'a@b'], ['CN', 'x']) },
  { name: 'other letters', subject: named(['CN', 'имя'], ['O', 'a@b*']) },
  {
    name: 'alternative names',
    names: [
      ['url', 'https://a/b'],
      ['ip', '10.0.0.1'],
      ['email', 'a@b'],
      ['dns', 'x.y'],
      ['ip', '::1'],
      ['dns', 'a'],
    ],
  },
  {
    name: 'alternative names of other kinds',
    names: [
      ['dns', 'x'],
      ['dn', 'CN=y'],
      ['id', '1.2.3'],
    ],
  },
  { name: 'alternative names alone', subject: [], names: [['dns', 'x']] },
  { name: 'ten minutes', seconds: 600 },
  { name: 'an hour', seconds: 3600 },
  { name: 'less than eight hours', seconds: 8 * 3600 - 1 },
  { name: 'eight hours', seconds: 8 * 3600 },
  { name: 'a year', seconds: 365 * 86_400 },
  { name: 'as long as can be', seconds: 2 ** 31 - 1 },
  kubelet('good'),
  kubelet('with RSA', { usages: ['digital signature', 'key encipherment', 'client auth'] }),
  kubelet('of another group', { subject: named(['O', 'system:masters'], ['CN', 'system:node:n']) }),
  kubelet('of more groups', { subject: node(['O', 'g']) }),
  kubelet('of the group twice', { subject: node(['O', 'system:nodes']) }),
  kubelet('of another name', { subject: named(['O', 'system:nodes'], ['CN', 'x']) }),
  kubelet('of no node', { subject: named(['O', 'system:nodes'], ['CN', 'system:node:']) }),
  kubelet('of other uses', { usages: ['client auth'] }),
  kubelet('of more uses', { usages: [...client, 'server auth'] }),
  kubelet('with a host', { names: [['dns', 'n']] }),
  kubelet('with an address', { names: [['ip', '1.2.3.4']] }),
  kubelet('with a mail address', { names: [['email', 'a@b']] }),
  kubelet('with a URL', { names: [['url', 'a:b']] }),
  kubelet('with all', {
    names: [
      ['url', 'a:b'],
      ['ip', '1.2.3.4'],
      ['email', 'a@b'],
      ['dns', 'n'],
    ],
  }),
  kubelet('with a name of another kind', { names: [['id', '1.2.3']] }),
  kubelet('of another group, name and use', { subject: named(['O', 'x'], ['CN', 'y']), usages: ['server auth'], names: [['dns', 'n']] }),
  server('good'),
  server('without RSA', { usages: ['digital signature', 'server auth'] }),
  server('without a name', { names: [] }),
  server('by its address', { names: [['ip', '::1']] }),
  server('with a mail address', {
    names: [
      ['dns', 'n'],
      ['email', 'a@b'],
    ],
  }),
  server('with a URL', {
    names: [
      ['dns', 'n'],
      ['url', 'a:b'],
    ],
  }),
  server('of other uses', { usages: ['server auth'] }),
  server('of a client', { usages: client }),
  server('of another name', { subject: named(['O', 'system:nodes'], ['CN', 'x']) }),
  server('of another group', { subject: named(['CN', 'system:node:n']) }),
  kubelet('asked by itself', { as: 'system:node:n' }),
  kubelet('asked by who may ask for nodes', { as: 'bootstrapper' }),
]
