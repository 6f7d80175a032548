import { keyPrefixOf } from './storage.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { helpText, parseOptions } from './parse.ts'
import { commandLine } from './testing/command-line.ts'
import { advertiseAddress, certDir, dataDir, defaultDataDir } from './paths.ts'

const program = { name: 'binnacle', release: 'v1.37.2+b', version: { text: 'Binnacle 1', raw: 'Info{}' } }
const { parse, options, errors } = commandLine(program)

const dir = mkdtempSync(join(tmpdir(), 'options-'))
const file = join(dir, 'file')
writeFileSync(file, '')
afterAll(() => rmSync(dir, { recursive: true }))

describe('values', () => {
  test('the defaults need nothing', () => {
    expect(options()).toMatchObject({
      serving: { securePort: 6443, bindAddress: '127.0.0.1' },
      storage: { etcdServers: [], etcdPrefix: '/registry' },
      network: { serviceClusterIpRange: '10.0.0.0/24' },
      authentication: { anonymousAuth: true },
      authorization: { authorizationMode: ['Node', 'RBAC'] },
      limits: { maxRequestsInFlight: 400, maxMutatingRequestsInFlight: 200, requestTimeoutMs: 60_000, minRequestTimeoutSeconds: 1800 },
      local: { nodes: 1, controllers: ['*'], verbosity: 0 },
    })
  })

  test('every way to write a flag', () => {
    expect(options('--secure-port', '0').serving.securePort).toBe(0)
    expect(options('--secure_port=1234').serving.securePort).toBe(1234)
    expect(options('--anonymous-auth').authentication.anonymousAuth).toBe(true)
    expect(options('--anonymous-auth=false').authentication.anonymousAuth).toBe(false)
    for (const v of [['-v', '4'], ['-v4'], ['-v=4'], ['--v=4'], ['--v', '4']]) expect(options(...v).local.verbosity).toBe(4)
    expect(options('--request-timeout=1m30s').limits.requestTimeoutMs).toBe(90_000)
    expect(options('--etcd-compaction-interval=0').storage.etcdCompactionIntervalMs).toBe(0)
    expect(options('--event-ttl=90m').storage.eventTtlMs).toBe(5_400_000)
    expect(options('--bind-address=::').serving.bindAddress).toBe('::')
  })

  test('lists: the first one replaces the default, later ones add', () => {
    expect(options('--etcd-servers=http://a:1,unix:///b', '--etcd-servers', 'http://c:3').storage.etcdServers).toEqual([
      'http://a:1',
      'unix:///b',
      'http://c:3',
    ])
    expect(options('--controllers=').local.controllers).toEqual([])
    expect(options('--controllers=*,-endpoint').local.controllers).toEqual(['*', '-endpoint'])
    expect(options().local.controllers).toEqual(['*'])
    expect(options('--authorization-mode=Node,RBAC').authorization.authorizationMode).toEqual(['Node', 'RBAC'])
  })

  test('the flags that the reference is started with are taken, those without effect are said', () => {
    const result = parse(
      '--etcd-servers=http://127.0.0.1:2379',
      '--secure-port=1',
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--cert-dir=${dir}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--authorization-mode=Node,RBAC',
      `--token-auth-file=${file}`,
      `--client-ca-file=${file}`,
      `--requestheader-client-ca-file=${file}`,
      '--requestheader-allowed-names=front-proxy',
      '--requestheader-username-headers=X-Remote-User',
      `--kubelet-client-certificate=${file}`,
      `--kubelet-client-key=${file}`,
      '--kubelet-preferred-address-types=InternalIP',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--service-account-key-file=${file}`,
      `--service-account-signing-key-file=${file}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--endpoint-reconciler-type=none',
      '--allow-privileged=true',
      '--enable-aggregator-routing',
    )
    expect(result).toMatchObject({ options: { credentials: { serviceAccountKeyFiles: [file] } } })
    expect('warnings' in result && result.warnings).toContain('--allow-privileged has no effect: privileged containers are always allowed')
    expect('warnings' in result && result.warnings).toHaveLength(2)
    expect(result).toMatchObject({ options: { network: { endpointReconcilerType: 'none' } } })
  })
})

describe('mistakes, in the words of the reference where it has any', () => {
  test.each([
    [['--nope'], 'unknown flag: --nope'],
    [['--endpoint-reconciler-type=some'], '--endpoint-reconciler-type: Reconciler not implemented: some'],
    [['-x'], "unknown shorthand flag: 'x' in -x"],
    [['--secure-port=abc'], 'invalid argument "abc" for "--secure-port" flag: strconv.ParseInt: parsing "abc": invalid syntax'],
    [
      ['--anonymous-auth=maybe'],
      'invalid argument "maybe" for "--anonymous-auth" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [['--request-timeout=5'], 'invalid argument "5" for "--request-timeout" flag: time: missing unit in duration "5"'],
    [['--bind-address=x'], 'invalid argument "x" for "--bind-address" flag: failed to parse IP: "x"'],
    [['-v', 'x'], 'invalid argument "x" for "-v, --v" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    [['--etcd-servers'], 'flag needs an argument: --etcd-servers'],
    [['-v'], "flag needs an argument: 'v' in -v"],
    [['foo'], '"binnacle" does not take any arguments, got ["foo"]'],
    [['--', '--nodes=1'], '"binnacle" does not take any arguments, got ["--nodes=1"]'],
    [['---x'], 'bad flag syntax: ---x'],
    [['--profiling=x'], 'invalid argument "x" for "--profiling" flag: strconv.ParseBool: parsing "x": invalid syntax'],
    [['--audit-log-maxage=x'], 'invalid argument "x" for "--audit-log-maxage" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    [['--goaway-chance=x'], 'invalid argument "x" for "--goaway-chance" flag: strconv.ParseFloat: parsing "x": invalid syntax'],
    [['--enable-admission-plugins=Foo'], 'enable-admission-plugins plugin "Foo" is unknown'],
    [
      ['--enable-admission-plugins=Priority,LimitRanger', '--disable-admission-plugins=Priority'],
      '[Priority] in enable-admission-plugins and disable-admission-plugins overlapped',
    ],
    [['--service-node-port-range=x'], '--service-node-port-range "x" is not a range such as 30000-32767'],
    [['--service-node-port-range=2-1'], '--service-node-port-range "2-1" must be within 1-65535, its first port not above its last'],
    [['--constructor'], 'unknown flag: --constructor'],
    [['--secure-port=70000'], '--secure-port 70000 must be between 0 and 65535, inclusive; 0 takes a free port'],
    [
      ['--tls-cert-file=/nonexistent'],
      '--tls-cert-file and --tls-private-key-file must be given together',
      '--tls-cert-file: cannot read /nonexistent (ENOENT)',
    ],
    [
      ['--etcd-servers=localhost:2379'],
      '--etcd-servers: "localhost:2379" is not of the form http://host:port, https://host:port or unix:///path',
    ],
    [['--etcd-servers=unix://'], '--etcd-servers: "unix://" is not of the form http://host:port, https://host:port or unix:///path'],
    [['--etcd-compaction-interval=-1s'], '--etcd-compaction-interval can not be negative value'],
    [['--event-ttl=10ms'], '--event-ttl must be a second or more'],
    [['--etcd-certfile', file], '--etcd-certfile and --etcd-keyfile must be given together'],
    [['--service-cluster-ip-range=10.0.0.0'], '--service-cluster-ip-range "10.0.0.0" is not a CIDR such as 10.0.0.0/24'],
    [
      ['--service-cluster-ip-range=0.0.0.0/1'],
      '--service-cluster-ip-range "0.0.0.0/1" is too large; for 32-bit addresses the mask must be >= 2',
    ],
    [
      ['--service-cluster-ip-range=fd00::/63'],
      '--service-cluster-ip-range "fd00::/63" is too large; for 128-bit addresses the mask must be >= 64',
    ],
    [['--service-cluster-ip-range=fd00::/126'], '--service-cluster-ip-range "fd00::/126" must have at least 8 addresses'],
    [['--service-cluster-ip-range=::ffff:0:0/80'], '--service-cluster-ip-range "::ffff:0:0/80" is not a CIDR such as 10.0.0.0/24'],
    [['--service-cluster-ip-range=10.0.0.0/30'], '--service-cluster-ip-range "10.0.0.0/30" must have at least 8 addresses'],
    [
      ['--service-cluster-ip-range=10.0.0.0/24,fd00::/108,10.1.0.0/24'],
      '--service-cluster-ip-range "10.0.0.0/24,fd00::/108,10.1.0.0/24" must not contain more than two entries',
    ],
    [['--service-cluster-ip-range=10.0.0.0/24,'], '--service-cluster-ip-range "" is not a CIDR such as 10.0.0.0/24'],
    [['--service-cluster-ip-range=10.0.0.0/24, fd00::/108'], '--service-cluster-ip-range " fd00::/108" is not a CIDR such as 10.0.0.0/24'],
    [
      ['--service-cluster-ip-range=10.0.0.0/24,10.1.0.0/24'],
      '--service-cluster-ip-range "10.0.0.0/24,10.1.0.0/24": the two must be of different IP family',
    ],
    [['--authorization-mode=Foo'], 'authorization-mode "Foo" is not a valid mode'],
    [['--authorization-mode=Webhook'], "authorization-mode Webhook's authorization config file not passed"],
    [['--authorization-mode=RBAC,RBAC'], 'authorization-mode "RBAC" is given more than once'],
    [['--authorization-mode='], 'at least one authorization-mode must be passed'],
    [['--max-requests-inflight=-1'], '--max-requests-inflight can not be negative value'],
    [['--nodes=-1'], '--nodes -1 must be between 0 and 5000'],
    [['--log-format=xml'], '--log-format "xml" must be one of json, text'],
    [['--seed=/nonexistent'], '--seed: cannot read /nonexistent (ENOENT)'],
    [['--cors-allowed-origins=('], '--cors-allowed-origins: "(" is not a regular expression'],
  ])('%o', (argv, ...expected) => {
    expect(errors(...argv)).toEqual(expected)
  })

  test('all bad values are named at once', () => {
    expect(errors('--secure-port=-1', '--nodes=-1')).toHaveLength(2)
  })

  test('any arguments are options, text or errors, never an exception', () => {
    const word = fc.constantFrom(
      '--nodes',
      '--nodes=2',
      '-v',
      '-v3',
      '--',
      '-',
      '',
      '--x',
      '=',
      '--=',
      '-h',
      '--anonymous-auth',
      '7',
      '--version=',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (argv) => {
        const result = parse(...argv)
        if ('errors' in result) expect(result.errors.every((e) => e !== '')).toBe(true)
        else expect('options' in result || result.text !== '').toBe(true)
      }),
    )
  })
})

describe('--help and --version', () => {
  test('help names every flag once, with its default; it comes before mistakes that follow', () => {
    const text = helpText(program)
    for (const flag of [
      'secure-port int',
      'etcd-servers strings',
      'nodes int',
      '-v, --v int',
      'anonymous-auth\n',
      'request-timeout duration',
    ]) {
      expect(text.split(flag).length - 1, flag).toBe(1)
    }
    expect(text).toContain('(default 6443)')
    expect(text).toMatch(/\(default\s+1m0s\)/)
    expect(text).toContain('(default [Node,RBAC])')
    expect(text.split('\n').every((line) => line.length <= 100)).toBe(true)
    expect(parse('-h')).toEqual({ text })
    expect(parse('--help', '--nope')).toEqual({ text })
    expect(parse('--version')).toEqual({ text: 'Binnacle 1\n' })
  })

  // k8s.io/component-base/version, TestValidateDynamicVersion and verflag
  test.each<[given: string, result: object]>([
    ['', { text: 'Binnacle 1\n' }],
    ['=true', { text: 'Binnacle 1\n' }],
    ['=raw', { text: 'Info{}\n' }],
    ['=false', { warnings: [] }],
    ['=v1.37.2-custom', { version: 'v1.37.2-custom' }],
    ['=v1.37.2+b-custom', { version: 'v1.37.2+b-custom' }],
    ['=v1.37.2', { version: 'v1.37.2' }],
    ['=v1.37.3', { errors: ['version "v1.37.3" must match major/minor/patch of default version "v1.37.2+b"'] }],
    ['=v1.37', { errors: ['illegal version string "v1.37"'] }],
    ['=v1.037.2', { errors: ['illegal zero-prefixed version component "037" in "v1.037.2"'] }],
    ['=v1.37.2-01', { errors: ['illegal zero-prefixed version component "01" in "v1.37.2-01"'] }],
    ['=v1.37.2_x', { errors: ['could not parse pre-release/metadata (_x) in version "v1.37.2_x"'] }],
    ['=vx', { errors: ['could not parse "vx" as version'] }],
    ['=1.37.2', { errors: ['strconv.ParseBool: parsing "1.37.2": invalid syntax'] }],
  ])('--version%s', (given, result) => {
    const whole = (error: string): string => `invalid argument ${JSON.stringify(given.slice(1))} for "--version" flag: ${error}`
    const wanted = 'errors' in result ? { errors: (result.errors as string[]).map(whole) } : result
    expect(parse(`--version${given}`)).toMatchObject(wanted)
  })
})

describe('what follows from options', () => {
  test('folders', () => {
    expect(certDir(options('--data-dir=/d'))).toBe(join('/d', 'pki'))
    expect(certDir(options('--data-dir=/d', '--cert-dir=/c'))).toBe('/c')
    expect(dataDir(options())).toBe(defaultDataDir())
    expect(defaultDataDir('linux', { XDG_DATA_HOME: '/x' })).toBe(join('/x', 'binnacle'))
    expect(defaultDataDir('linux', {})).toMatch(/share.binnacle$/)
    expect(defaultDataDir('win32', { LOCALAPPDATA: 'L' })).toBe(join('L', 'Binnacle'))
    expect(defaultDataDir('darwin', {})).toMatch(/Application Support.Binnacle$/)
  })

  test('the advertised address', () => {
    const base = { netmask: '', mac: '', cidr: null }
    const interfaces = () => ({
      lo: [{ ...base, address: '127.0.0.1', family: 'IPv4' as const, internal: true }],
      eth0: [
        { ...base, address: 'fe80::1', family: 'IPv6' as const, internal: false, scopeid: 2 },
        { ...base, address: '192.0.2.7', family: 'IPv4' as const, internal: false },
        { ...base, address: 'fd00::7', family: 'IPv6' as const, internal: false, scopeid: 0 },
      ],
    })
    expect(advertiseAddress(options(), interfaces)).toBe('127.0.0.1')
    expect(advertiseAddress(options('--bind-address=0.0.0.0'), interfaces)).toBe('192.0.2.7')
    expect(advertiseAddress(options('--bind-address=::'), interfaces)).toBe('fd00::7')
    expect(advertiseAddress(options('--bind-address=0.0.0.0'), () => ({}))).toBe('127.0.0.1')
    expect(advertiseAddress(options('--bind-address=0.0.0.0', '--advertise-address=198.51.100.1'), interfaces)).toBe('198.51.100.1')
  })
})

test('the flags that were given are told apart from defaults', () => {
  const result = parseOptions(['--secure_port=6443', '-v3'], program)
  expect('given' in result && [...result.given]).toEqual(['secure-port', 'v'])
})

test('a prefix of keys is a path, with and without slashes at its ends', () => {
  const given = ['/registry', 'registry', 'a//b/', '/', '']
  expect(given.map(keyPrefixOf)).toEqual(['/registry', '/registry', '/a/b', '', ''])
})
