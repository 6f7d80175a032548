/**
 * The items of the CIS Kubernetes Benchmark (1.10) about the API server, its files and the kubelet, with what is true of this server and of its
 * node agents as they are started without flags. docs/cis-benchmark.md is made of it (tools/cis.ts).
 */
export interface Item {
  readonly id: string
  readonly title: string
  /** met: without any flag; flag: with the flag that is named; open: not yet; none: there is nothing that it could be about. */
  readonly state: 'met' | 'flag' | 'open' | 'none'
  readonly how: string
  /** Whether cis.test.ts looks. */
  readonly checked?: true
}

const met = (id: string, title: string, how: string, checked?: true): Item => ({
  id,
  title,
  state: 'met',
  how,
  ...(checked ? { checked } : {}),
})
const flag = (id: string, title: string, how: string, checked?: true): Item => ({ ...met(id, title, how, checked), state: 'flag' })
const open = (id: string, title: string, how: string): Item => ({ id, title, state: 'open', how })
const none = (id: string, title: string, how: string): Item => ({ id, title, state: 'none', how })

export const items: readonly Item[] = [
  met('1.1.13', 'The administrator’s kubeconfig is the owner’s alone', 'it is written with mode 600', true),
  met('1.1.19', 'The folder of keys and certificates is the owner’s', 'the data folder has mode 700', true),
  met('1.1.21', 'Key files are the owner’s alone', 'they are written with mode 600', true),
  flag(
    '1.2.1',
    'Anonymous requests are refused',
    '`--anonymous-auth=false`; without it they see health and version alone, as upstream',
    true,
  ),
  met('1.2.2', 'No static tokens', '`--token-auth-file` is not set', true),
  flag('1.2.3', 'DenyServiceExternalIPs is on', '`--enable-admission-plugins=DenyServiceExternalIPs`; off by default, as upstream'),
  met(
    '1.2.4',
    'The API server shows kubelets a certificate',
    'one is made at the first start, or `--kubelet-client-certificate` and `-key`',
    true,
  ),
  flag('1.2.5', 'Kubelets’ certificates are verified', '`--kubelet-certificate-authority`; without it they are not, as upstream'),
  met('1.2.6', 'The authorization mode is not AlwaysAllow', 'default `Node,RBAC`', true),
  met('1.2.7', 'The authorization mode has Node', 'default `Node,RBAC`', true),
  met('1.2.8', 'The authorization mode has RBAC', 'default `Node,RBAC`', true),
  flag(
    '1.2.9',
    'EventRateLimit is on',
    '`--enable-admission-plugins=EventRateLimit`, with its limits in `--admission-control-config-file`',
  ),
  met('1.2.10', 'AlwaysAdmit is off', 'off by default', true),
  flag('1.2.11', 'AlwaysPullImages is on', '`--enable-admission-plugins=AlwaysPullImages`; off by default, as upstream'),
  met('1.2.12', 'ServiceAccount is on', 'on by default', true),
  met('1.2.13', 'NamespaceLifecycle is on', 'on by default', true),
  met('1.2.14', 'NodeRestriction is on', 'on by default, unlike upstream', true),
  flag('1.2.15', 'Profiling is off', '`--profiling=false`; on by default, as upstream, for whoever may read `/debug/pprof/`', true),
  open('1.2.16', 'An audit log is written', 'there is none yet; `-v 3` logs every request'),
  open('1.2.17', 'Audit logs are kept for 30 days', 'as 1.2.16'),
  open('1.2.18', 'Ten audit logs are kept', 'as 1.2.16'),
  open('1.2.19', 'Audit logs are rotated at 100 MB', 'as 1.2.16'),
  met('1.2.20', 'Requests have a time limit', '`--request-timeout`, default one minute'),
  met('1.2.21', 'Tokens of accounts that are gone are refused', 'always; there is no flag to change it', true),
  met('1.2.22', 'Service accounts have a key of their own', 'one is made at the first start, or `--service-account-key-file`', true),
  flag('1.2.23', 'etcd is shown a certificate', '`--etcd-certfile` and `--etcd-keyfile`; the embedded store has no connection'),
  met(
    '1.2.24',
    'The API server has a certificate',
    'one is made at the first start, or `--tls-cert-file` and `--tls-private-key-file`',
    true,
  ),
  met('1.2.25', 'Clients’ certificates have an authority', 'the server’s own, and `--client-ca-file` besides', true),
  flag('1.2.26', 'etcd’s certificate is verified', '`--etcd-cafile`; the embedded store has no connection'),
  open('1.2.27', 'Secrets are encrypted at rest', 'there is no `--encryption-provider-config` yet; the database is the owner’s alone'),
  open('1.2.28', 'The encryption provider is a good one', 'as 1.2.27'),
  met('1.2.29', 'Only strong ciphers', 'TLS 1.2 with forward secrecy and authenticated encryption, or TLS 1.3', true),
  flag(
    '1.2.30',
    'Lives of projected tokens are not extended',
    '`--service-account-extend-token-expiration=false`; extended by default, as upstream',
    true,
  ),
  met('4.2.1', 'Kubelet: no anonymous requests', 'they are refused with 401; there is no flag to change it', true),
  met('4.2.2', 'Kubelet: authorization is not AlwaysAllow', 'it asks the API server (SubjectAccessReview)', true),
  met('4.2.3', 'Kubelet: clients’ certificates have an authority', 'the API server’s', true),
  met('4.2.4', 'Kubelet: no read-only port', 'there is none', true),
  met('4.2.5', 'Kubelet: idle streams end', 'every connection has limits for each of its phases (server/serving/limits.ts)'),
  none('4.2.6', 'Kubelet: it makes iptables chains', 'node agents are simulated and change nothing of the machine’s network'),
  none('4.2.7', 'Kubelet: no hostname override', 'simulated nodes have names of their own'),
  met('4.2.8', 'Kubelet: events are limited', '50 a second with a burst of 100, the kubelet’s own default'),
  met('4.2.9', 'Kubelet: it has a certificate', 'one that the API server’s authority signed', true),
  none('4.2.10', 'Kubelet: client certificates are renewed', 'node agents are part of the process and show none'),
  met('4.2.11', 'Kubelet: server certificates are renewed', 'one is made at every start'),
  met('4.2.12', 'Kubelet: only strong ciphers', 'those of the API server', true),
  none('4.2.13', 'Kubelet: processes of pods are limited', 'simulated pods have none'),
  none('4.2.14', 'Kubelet: seccomp by default', 'simulated pods have no processes'),
]

const STATES: Readonly<Record<Item['state'], string>> = { met: 'met', flag: 'with a flag', open: '**not met**', none: 'does not apply' }

/** The document, in Markdown. */
export function page(): string {
  const count = (state: Item['state']): number => items.filter((i) => i.state === state).length
  const rows = items.map((i) => `| ${i.id} | ${i.title} | ${STATES[i.state]} | ${i.how} | ${i.checked ? 'yes' : ''} |`)
  return [
    '# CIS Kubernetes Benchmark',
    '',
    'What the items about the API server, its files and the kubelet come to here: the server as `npm run server` starts it, and its simulated',
    'nodes. Numbers are those of version 1.10. Rows with a yes at their end are looked at by `e2e/server/cis.test.ts` in every `npm test`.',
    '',
    `${items.length} items: ${count('met')} met without flags, ${count('flag')} with one, ${count('open')} not met, ${count('none')} do not apply.`,
    '',
    '| item | what it asks | state | how | checked |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'This page is made of `e2e/server/cis.items.ts` by `node tools/cis.ts`.',
    '',
  ].join('\n')
}
