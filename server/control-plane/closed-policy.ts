import type { defaultPolicy } from '../authz/rbac/bootstrap-policy.ts'
import { objectsAt, textsAt } from '../machinery/json-walk.ts'
import type { AskedGate } from '../options/feature-gates.ts'

type Policy = ReturnType<typeof defaultPolicy>

/** What of the default policy is not there while a gate is closed (kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`). */
interface Gone {
  /** Cluster roles with their bindings. */
  readonly roles?: readonly string[]
  /** Rules about a resource, by cluster role. */
  readonly rules?: Readonly<Record<string, string>>
}

const GONE: Partial<Record<AskedGate, Gone>> = {
  ClusterTrustBundle: {
    roles: ['system:cluster-trust-bundle-discovery', 'system:controller:kube-apiserver-serving-clustertrustbundle-publisher'],
    rules: { 'system:node': 'clustertrustbundles' },
  },
  DRADeviceTaints: { roles: ['system:controller:device-taint-eviction-controller'] },
  PodCertificateRequest: {
    roles: ['system:controller:podcertificaterequestcleaner'],
    rules: { 'system:node': 'podcertificaterequests' },
  },
  StorageVersionMigrator: { roles: ['system:controller:storage-version-migrator-controller'] },
}

/** The default policy as it is with some gates closed. */
export function* policyWith(isClosed: (gate: AskedGate) => boolean, policy: Policy): Policy {
  const gone = Object.entries(GONE).flatMap(([gate, what]) => (isClosed(gate as AskedGate) ? [what] : []))
  const roles = new Set(gone.flatMap((what) => what.roles ?? []))
  for (const one of policy) {
    const name = one.object.metadata.name ?? ''
    if (roles.has(name)) continue
    const resources = gone.flatMap(({ rules }) => rules?.[name] ?? [])
    if (resources.length > 0) {
      const rules = objectsAt(one.object, 'rules').filter((rule) => !textsAt(rule, 'resources').some((r) => resources.includes(r)))
      Object.assign(one.object, { rules })
    }
    yield one
  }
}
