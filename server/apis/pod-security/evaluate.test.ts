import { describe, expect, test } from 'vitest'
import type { PodSpec } from '../core/v1/types.ts'
import { detailsText, reasonsText, violations } from './evaluate.ts'
import type { Level, Version } from './policy.ts'

const SAFE = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
const POD = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }
/** A pod that nothing is said against at any level. */
const safe = (pod: Partial<PodSpec> = {}, container: object = {}): PodSpec => ({
  securityContext: POD,
  initContainers: [{ name: 'first', securityContext: SAFE }],
  containers: [{ name: 'c', securityContext: SAFE, ...container }],
  ...pod,
})

function said(level: Level, version: Version, spec: PodSpec, annotations: Record<string, string> = {}): string {
  return detailsText(violations({ level, version }, { annotations }, spec))
}
const context = (more: object): object => ({ securityContext: { ...SAFE, ...more } })

describe('each check of the baseline', () => {
  test.each<[string, string, PodSpec, Record<string, string>?]>([
    ['the safe pod', '', safe()],
    [
      'appArmorProfile',
      'forbidden AppArmor profiles (pod and container "c" and annotation must not set AppArmor profile type to "", "Unconfined", "container.apparmor.security.beta.kubernetes.io/c="unconfined"")',
      safe({ securityContext: { ...POD, appArmorProfile: { type: 'Unconfined' } } }, context({ appArmorProfile: {} })),
      {
        'container.apparmor.security.beta.kubernetes.io/c': 'unconfined',
        'container.apparmor.security.beta.kubernetes.io/d': 'localhost/x',
        'container.apparmor.security.beta.kubernetes.io/e': '',
      },
    ],
    [
      'capabilities_baseline',
      'non-default capabilities (container "c" must not include "NET_ADMIN", "SYS_TIME" in securityContext.capabilities.add)',
      safe({}, context({ capabilities: { add: ['SYS_TIME', 'NET_ADMIN', 'CHOWN'] } })),
    ],
    [
      'hostNamespaces',
      'host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)',
      safe({ hostNetwork: true, hostPID: true, hostIPC: true }),
    ],
    [
      'hostPathVolumes',
      'hostPath volumes (volumes "a", "b")',
      safe({
        volumes: [
          { name: 'a', hostPath: { path: '/' } },
          { name: 'e', emptyDir: {} },
          { name: 'b', hostPath: {} },
        ],
      }),
    ],
    [
      'hostPorts',
      'hostPort (container "c" uses hostPorts 443, 80)',
      safe({}, { ports: [{ hostPort: 80 }, { hostPort: 443 }, { hostPort: 0 }, {}] }),
    ],
    [
      'hostProbesAndHostLifecycle',
      'probe or lifecycle host (container "c" uses probe or lifecycle hosts "a", "b")',
      safe(
        {},
        {
          livenessProbe: { httpGet: { host: 'b' } },
          lifecycle: { preStop: { tcpSocket: { host: 'a' } } },
          startupProbe: { httpGet: { host: '' } },
        },
      ),
    ],
    ['privileged', 'privileged (container "c" must not set securityContext.privileged=true)', safe({}, context({ privileged: true }))],
    [
      'procMount',
      'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
      safe({}, context({ procMount: 'Unmasked' })),
    ],
    [
      'seLinuxOptions',
      'seLinuxOptions (pod and container "c" set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
      safe(
        { securityContext: { ...POD, seLinuxOptions: { type: 'spc_t', role: 'r' } } },
        context({ seLinuxOptions: { type: 'container_t', user: 'u' } }),
      ),
    ],
    [
      'seccompProfile_baseline',
      'seccompProfile (pod and container "c" must not set securityContext.seccompProfile.type to "", "Unconfined")',
      safe({ securityContext: { ...POD, seccompProfile: {} } }, context({ seccompProfile: { type: 'Unconfined' } })),
    ],
    [
      'sysctls',
      'forbidden sysctls (a, b)',
      safe({ securityContext: { ...POD, sysctls: [{ name: 'a' }, { name: 'net.ipv4.tcp_rmem' }, { name: 'b' }] } }),
    ],
    [
      'windowsHostProcess',
      'hostProcess (pod and container "c" must not set securityContext.windowsOptions.hostProcess=true)',
      safe({ securityContext: { ...POD, windowsOptions: { hostProcess: true } } }, context({ windowsOptions: { hostProcess: true } })),
    ],
  ])('%s', (_, text, spec, annotations) => {
    expect(said('baseline', 'latest', spec, annotations)).toBe(text)
    expect(said('privileged', 'latest', spec, annotations)).toBe('')
  })
})

describe('each check of the level restricted', () => {
  test.each<[string, string, PodSpec]>([
    ['the safe pod', '', safe()],
    [
      'allowPrivilegeEscalation',
      'allowPrivilegeEscalation != false (containers "c", "d" must set securityContext.allowPrivilegeEscalation=false)',
      safe(
        { ephemeralContainers: [{ name: 'd', securityContext: { capabilities: { drop: ['ALL'] } } }] },
        context({ allowPrivilegeEscalation: true }),
      ),
    ],
    [
      'capabilities_restricted',
      'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]; container "c" must not include "CHOWN" in securityContext.capabilities.add)',
      safe({}, context({ capabilities: { add: ['NET_BIND_SERVICE', 'CHOWN'], drop: ['CHOWN'] } })),
    ],
    [
      'restrictedVolumes',
      'restricted volume types (volumes "h", "n", "?" use restricted volume types "hostPath", "nfs", "unknown")',
      safe({ volumes: [{ name: 'h', hostPath: {} }, { name: 'n', nfs: {} }, { name: '?' }, { name: 'e', ephemeral: {} }] }),
    ],
    [
      'runAsNonRoot, said',
      'runAsNonRoot != true (pod and container "c" must not set securityContext.runAsNonRoot=false)',
      safe({ securityContext: { ...POD, runAsNonRoot: false } }, context({ runAsNonRoot: false })),
    ],
    [
      'runAsNonRoot, missing',
      'runAsNonRoot != true (pod or container "first" must set securityContext.runAsNonRoot=true)',
      safe({ securityContext: { seccompProfile: { type: 'Localhost' } } }, context({ runAsNonRoot: true })),
    ],
    ['runAsUser', 'runAsUser=0 (pod must not set runAsUser=0)', safe({ securityContext: { ...POD, runAsUser: 0 } })],
    [
      'seccompProfile_restricted',
      'seccompProfile (pod or container "first" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
      safe({ securityContext: { runAsNonRoot: true } }, context({ seccompProfile: { type: 'Localhost' } })),
    ],
  ])('%s', (_, text, spec) => {
    expect(said('restricted', 'latest', spec)).toBe(text)
  })

  test('asks what the baseline asks first, but not what it asks more strictly itself', () => {
    const spec: PodSpec = { hostNetwork: true, volumes: [{ name: 'h', hostPath: {} }], containers: [{ name: 'c' }] }
    expect(reasonsText(violations({ level: 'restricted', version: 'latest' }, {}, spec))).toBe(
      'host namespaces, allowPrivilegeEscalation != false, unrestricted capabilities, restricted volume types, runAsNonRoot != true, seccompProfile',
    )
  })
})

describe('versions of the standards', () => {
  const windows = (spec: PodSpec): PodSpec => ({ ...spec, os: { name: 'windows' } })
  const bare: PodSpec = { securityContext: { runAsNonRoot: true }, containers: [{ name: 'c' }] }
  const sysctl = (name: string): PodSpec => safe({ securityContext: { ...POD, sysctls: [{ name }] } })
  const seLinux = safe({ securityContext: { ...POD, seLinuxOptions: { type: 'container_engine_t' } } })
  const probe = safe({}, { livenessProbe: { httpGet: { host: 'h' } } })
  const unmasked = safe({ hostUsers: false }, context({ procMount: 'Unmasked' }))
  const root = safe({ hostUsers: false, securityContext: { ...POD, runAsNonRoot: false, runAsUser: 0 } })

  /** What is said before a version and since. */
  test.each<[string, Level, number, PodSpec, string, string]>([
    [
      'escalation',
      'restricted',
      8,
      safe({}, { securityContext: { capabilities: { drop: ['ALL'] } } }),
      '',
      'allowPrivilegeEscalation != false',
    ],
    [
      'escalation on Windows',
      'restricted',
      25,
      windows(bare),
      'allowPrivilegeEscalation != false, unrestricted capabilities, seccompProfile',
      '',
    ],
    ['capabilities', 'restricted', 22, safe({}, context({ capabilities: {} })), '', 'unrestricted capabilities'],
    ['a user', 'restricted', 23, safe({ securityContext: { ...POD, runAsUser: 0 } }), '', 'runAsUser=0'],
    ['a profile', 'restricted', 19, { ...safe(), securityContext: { runAsNonRoot: true } }, '', 'seccompProfile'],
    ['user namespaces', 'restricted', 35, root, 'runAsNonRoot != true, runAsUser=0', ''],
    ['probes', 'baseline', 34, probe, '', 'probe or lifecycle host'],
    ['procMount', 'baseline', 35, unmasked, 'procMount', ''],
    ['procMount, restricted', 'restricted', 35, unmasked, 'procMount', 'procMount'],
    ['SELinux', 'baseline', 31, seLinux, 'seLinuxOptions', ''],
    ['reserved ports', 'baseline', 27, sysctl('net.ipv4.ip_local_reserved_ports'), 'forbidden sysctls', ''],
    ['keepalive', 'baseline', 29, sysctl('net.ipv4.tcp_fin_timeout'), 'forbidden sysctls', ''],
    ['buffers', 'baseline', 32, sysctl('net.ipv4.tcp_wmem'), 'forbidden sysctls', ''],
    ['slow start', 'baseline', 37, sysctl('net.ipv4.tcp_slow_start_after_idle'), 'forbidden sysctls', ''],
  ])('%s', (_, level, since, spec, before, then) => {
    expect(reasonsText(violations({ level, version: since - 1 }, {}, spec))).toBe(before)
    expect(reasonsText(violations({ level, version: since }, {}, spec))).toBe(then)
    expect(reasonsText(violations({ level, version: 'latest' }, {}, spec))).toBe(then)
    expect(reasonsText(violations({ level, version: 10_000 }, {}, spec))).toBe(then)
  })

  test('annotations say what seccomp is up to 1.18, and nothing afterwards', () => {
    const annotations = {
      'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
      'container.seccomp.security.alpha.kubernetes.io/c': 'docker/default',
      'container.seccomp.security.alpha.kubernetes.io/first': '"',
      'container.seccomp.security.alpha.kubernetes.io/nobody': 'unconfined',
    }
    expect(said('restricted', 7, safe(), annotations)).toBe(
      'seccompProfile (forbidden annotations container.seccomp.security.alpha.kubernetes.io/first="\\"", seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    )
    expect(said('restricted', 19, safe(), annotations)).toBe('')
  })
})
