import type { KindView } from '../kube/columns.ts'
import { admissionViews } from './admission/view.ts'
import { autoscalerView } from './autoscaling/view.ts'
import { budgetView } from './budgets/view.ts'
import { requestView } from './certificates/view.ts'
import { configMapView } from './configmaps/view.ts'
import { definitionView } from './definitions/view.ts'
import { endpointSliceView } from './endpointslices/view.ts'
import { eventView } from './events/view.ts'
import { gatewayViews } from './gateways/view.ts'
import { ingressView } from './ingresses/view.ts'
import { leaseView } from './leases/view.ts'
import { limitRangeView } from './limitranges/view.ts'
import { namespaceView } from './namespaces/view.ts'
import { networkPolicyView } from './networkpolicies/view.ts'
import { nodeView } from './nodes/view.ts'
import { podView } from './pods/view.ts'
import { priorityViews } from './priorities/view.ts'
import { quotaView } from './quotas/view.ts'
import { rbacViews } from './rbac/view.ts'
import { secretView } from './secrets/view.ts'
import { serviceView } from './services/view.ts'
import { storageClassView } from './storageclasses/view.ts'
import { claimView } from './volumes/view.ts'
import { workloadViews } from './workloads/view.ts'

const declared: Record<string, unknown> = {
  pods: podView,
  nodes: nodeView,
  namespaces: namespaceView,
  resourcequotas: quotaView,
  limitranges: limitRangeView,
  services: serviceView,
  persistentvolumeclaims: claimView,
  secrets: secretView,
  configmaps: configMapView,
  events: eventView,
  'endpointslices.discovery.k8s.io': endpointSliceView,
  'horizontalpodautoscalers.autoscaling': autoscalerView,
  'poddisruptionbudgets.policy': budgetView,
  'ingresses.networking.k8s.io': ingressView,
  'certificatesigningrequests.certificates.k8s.io': requestView,
  'customresourcedefinitions.apiextensions.k8s.io': definitionView,
  'leases.coordination.k8s.io': leaseView,
  'networkpolicies.networking.k8s.io': networkPolicyView,
  'storageclasses.storage.k8s.io': storageClassView,
  ...admissionViews,
  ...gatewayViews,
  ...priorityViews,
  ...rbacViews,
  ...workloadViews,
}

/** The declared kinds by resource key. Each view is only ever given objects of its own kind, which the types cannot say. */
export const kinds = declared as Record<string, KindView>
