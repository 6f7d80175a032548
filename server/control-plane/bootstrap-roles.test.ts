import { expect, test } from 'vitest'
import { deleteFrom } from '../registry/generic/delete.ts'
import { openStores } from '../registry/generic/testing/stores.ts'
import { mainRules } from '../registry/generic/update-rules.ts'
import { updateIn } from '../registry/generic/write.ts'
import { clusterrolebindings } from '../registry/rbac/clusterrolebindings.ts'
import { clusterroles } from '../registry/rbac/clusterroles.ts'
import { rolebindings } from '../registry/rbac/rolebindings.ts'
import { roles } from '../registry/rbac/roles.ts'
import { ensureRbacPolicy } from './bootstrap-roles.ts'

const AUTO = 'rbac.authorization.kubernetes.io/autoupdate'
const group = (name: string): object => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name })

// k8s.io/kubernetes/test/integration/auth, TestDiscoveryUpgradeBootstrapping
test.each([
  ['false', [group('system:authenticated')]],
  // Nobody keeps it as it is: it gets what it lacks.
  ['true', [group('system:authenticated'), group('system:unauthenticated')]],
])('a binding that is split off begins as the one that it comes from (autoupdate %s)', async (auto, subjects) => {
  await using s = await openStores([clusterrolebindings, clusterroles, rolebindings, roles])
  await ensureRbacPolicy(s.registry, s.context)
  const store = s.registry.store('clusterrolebindings.rbac.authorization.k8s.io')
  const [source, name] = ['system:discovery', 'system:public-info-viewer']
  const annotations = { [AUTO]: auto, 'rbac-discovery-upgrade-test': 'pass' }
  await updateIn(store, {
    ...{ namespace: '', name: source, context: s.context, rules: mainRules(store) },
    change: (current) => ({ ...current!, metadata: { ...current!.metadata, annotations }, subjects: [group('system:authenticated')] }),
  })
  await deleteFrom(store, { namespace: '', name, context: s.context, options: {} })
  await s.feed.fresh()
  await ensureRbacPolicy(s.registry, s.context)
  const made = (await store.get('', name)).object()
  expect(made.metadata.annotations).toEqual(annotations)
  expect(made).toMatchObject({ subjects, roleRef: { name } })
})
