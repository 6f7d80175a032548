import { goQuote } from '../../machinery/go-quote.ts'
import type { Handler, PodSpec } from '../core/v1/types.ts'
import {
  containersOf,
  containersWhere,
  named,
  plural,
  quoted,
  setters,
  sorted,
  unlessInUserNamespace,
  uses,
  type Check,
  type PodCheck,
} from './check.ts'
import { annotatedSeccomp, seccompBaseline } from './seccomp.ts'

/** The level baseline of the Pod Security Standards: what is known to give a pod rights over its node. In the order of the reasons' texts. */

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
const APPARMOR_TYPES: readonly (string | undefined)[] = ['RuntimeDefault', 'Localhost']
const appArmorAnnotation = (v: string): boolean => v === '' || v === 'runtime/default' || v.startsWith('localhost/')

const appArmor: PodCheck = ({ annotations = {} }, spec) => {
  const types = new Set<string>()
  const bad = (profile: { type?: string } | undefined): boolean => {
    if (profile === undefined || APPARMOR_TYPES.includes(profile.type)) return false
    types.add(profile.type ?? '')
    return true
  }
  const pod = bad(spec.securityContext?.appArmorProfile)
  const containers = containersWhere(spec, (c) => bad(c.securityContext?.appArmorProfile))
  const set = Object.entries(annotations).filter(([key, v]) => key.startsWith(APPARMOR_ANNOTATION) && !appArmorAnnotation(v))
  const values = [...sorted(types), ...sorted(new Set(set.map(([key, v]) => `${key}=${goQuote(v)}`)))]
  if (values.length === 0) return undefined
  const who = setters(pod, containers, ...(set.length > 0 ? [plural('annotation', set.length)] : []))
  const detail = `${who} must not set AppArmor profile type to ${quoted(values)}`
  return { reason: plural('forbidden AppArmor profile', values.length), detail }
}

/** What a container runtime grants by itself. */
const CAPABILITIES = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD'],
  ...['NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
])

const capabilities: PodCheck = (_, spec) => {
  const added = new Set<string>()
  const containers = containersWhere(spec, (c) => {
    const more = (c.securityContext?.capabilities?.add ?? []).filter((name) => !CAPABILITIES.has(name))
    for (const name of more) added.add(name)
    return more.length > 0
  })
  if (containers.length === 0) return undefined
  const detail = `${named('container', containers)} must not include ${quoted(sorted(added))} in securityContext.capabilities.add`
  return { reason: 'non-default capabilities', detail }
}

const hostNamespaces: PodCheck = (_, spec) => {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true)
  return shared.length === 0 ? undefined : { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') }
}

const hostPaths: PodCheck = (_, spec) => {
  const volumes = (spec.volumes ?? []).filter((v) => v.hostPath !== undefined).map((v) => v.name ?? '')
  return volumes.length === 0 ? undefined : { reason: 'hostPath volumes', detail: named('volume', volumes) }
}

const hostPorts: PodCheck = (_, spec) => {
  const ports = new Set<string>()
  const containers = containersWhere(spec, (c) => {
    const used = (c.ports ?? []).filter((p) => (p.hostPort ?? 0) !== 0)
    for (const p of used) ports.add(String(p.hostPort))
    return used.length > 0
  })
  if (containers.length === 0) return undefined
  const which = `${plural('hostPort', ports.size)} ${sorted(ports).join(', ')}`
  return { reason: 'hostPort', detail: `${named('container', containers)} ${uses(containers.length)} ${which}` }
}

const hostProbes: PodCheck = (_, spec) => {
  const [containers, hosts] = [new Set<string>(), new Set<string>()]
  for (const { name = '', livenessProbe, readinessProbe, startupProbe, lifecycle } of containersOf(spec)) {
    const handlers: (Handler | undefined)[] = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop]
    for (const host of handlers.flatMap((h) => [h?.httpGet?.host, h?.tcpSocket?.host])) {
      if (host === undefined || host === '') continue
      containers.add(name)
      hosts.add(host)
    }
  }
  if (containers.size === 0) return undefined
  const which = `${plural('probe or lifecycle host', hosts.size)} ${quoted(sorted(hosts))}`
  return { reason: 'probe or lifecycle host', detail: `${named('container', sorted(containers))} ${uses(containers.size)} ${which}` }
}

const privileged: PodCheck = (_, spec) => {
  const containers = containersWhere(spec, (c) => c.securityContext?.privileged === true)
  if (containers.length === 0) return undefined
  return { reason: 'privileged', detail: `${named('container', containers)} must not set securityContext.privileged=true` }
}

export const procMount: PodCheck = (_, spec) => {
  const types = new Set<string>()
  const containers = containersWhere(spec, (c) => {
    const type = c.securityContext?.procMount
    if (type === undefined || type === 'Default') return false
    types.add(type)
    return true
  })
  if (containers.length === 0) return undefined
  return {
    reason: 'procMount',
    detail: `${named('container', containers)} must not set securityContext.procMount to ${quoted(sorted(types))}`,
  }
}

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t']

const seLinux =
  (allowed: readonly string[]): PodCheck =>
  (_, spec) => {
    const types = new Set<string>()
    let [user, role] = [false, false]
    const bad = (options: Record<string, string> | undefined): boolean => {
      if (options === undefined) return false
      const type = options.type ?? ''
      const [typed, named, played] = [!allowed.includes(type), (options.user ?? '') !== '', (options.role ?? '') !== '']
      if (typed) types.add(type)
      user ||= named
      role ||= played
      return typed || named || played
    }
    const pod = bad(spec.securityContext?.seLinuxOptions)
    const who = setters(
      pod,
      containersWhere(spec, (c) => bad(c.securityContext?.seLinuxOptions)),
    )
    if (who === '') return undefined
    const what = [
      ...(types.size > 0 ? [named('type', sorted(types))] : []),
      ...(user ? ['user may not be set'] : []),
      ...(role ? ['role may not be set'] : []),
    ]
    return { reason: 'seLinuxOptions', detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}` }
  }

/** Sysctls that concern the pod alone, each since its version. */
const SYSCTLS: readonly (readonly [number, readonly string[]])[] = [
  [
    0,
    [
      ...['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies'],
      ...['net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start'],
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [...['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout'], ...['net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes']],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
  [37, ['net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat']],
]

function sysctls(since: number): PodCheck {
  const allowed = new Set(SYSCTLS.flatMap(([from, names]) => (from <= since ? names : [])))
  return (_, spec: PodSpec) => {
    const names = (spec.securityContext?.sysctls ?? []).map((s) => s.name ?? '').filter((name) => !allowed.has(name))
    return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') }
  }
}

const hostProcess: PodCheck = (_, spec) => {
  const pod = spec.securityContext?.windowsOptions?.hostProcess === true
  const containers = containersWhere(spec, (c) => c.securityContext?.windowsOptions?.hostProcess === true)
  const who = setters(pod, containers)
  return who === '' ? undefined : { reason: 'hostProcess', detail: `${who} must not set securityContext.windowsOptions.hostProcess=true` }
}

const always = (id: string, check: PodCheck): Check => ({ id, versions: [{ since: 0, check }] })

export const baselineChecks: readonly Check[] = [
  always('appArmorProfile', appArmor),
  always('capabilities_baseline', capabilities),
  always('hostNamespaces', hostNamespaces),
  always('hostPathVolumes', hostPaths),
  always('hostPorts', hostPorts),
  { id: 'hostProbesAndHostLifecycle', versions: [{ since: 34, check: hostProbes }] },
  always('privileged', privileged),
  {
    id: 'procMount',
    versions: [
      { since: 0, check: procMount },
      { since: 35, check: unlessInUserNamespace(procMount) },
    ],
  },
  {
    id: 'seLinuxOptions',
    versions: [
      { since: 0, check: seLinux(SELINUX_TYPES) },
      { since: 31, check: seLinux([...SELINUX_TYPES, 'container_engine_t']) },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    versions: [
      { since: 0, check: annotatedSeccomp },
      { since: 19, check: seccompBaseline },
    ],
  },
  { id: 'sysctls', versions: SYSCTLS.map(([since]) => ({ since, check: sysctls(since) })) },
  always('windowsHostProcess', hostProcess),
]
