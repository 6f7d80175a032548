import { policyPages } from './admission/policies-page.tsx'
import { webhooksPage } from './admission/webhooks-page.tsx'
import { signingRequestPage } from './certificates/page.tsx'
import { gatewayPages } from './gateways/page.tsx'
import { leasePage } from './leases/page.tsx'
import { priorityPages } from './priorities/page.tsx'
import { storageClassPage } from './storageclasses/page.tsx'
import { autoscalerPage } from './autoscaling/page.tsx'
import { budgetPage } from './budgets/page.tsx'
import { endpointSlicePage } from './endpointslices/page.tsx'
import { ingressPage } from './ingresses/page.tsx'
import { limitRangePage } from './limitranges/page.tsx'
import { namespacePage } from './namespaces/page.tsx'
import { quotaPage } from './quotas/page.tsx'
import { rbacPages } from './rbac/page.tsx'
import { serviceAccountPage } from './serviceaccounts/page.tsx'
import { claimPage, volumePage } from './volumes/page.tsx'
import { eventPage } from './events/page.tsx'
import { GenericOverview } from './generic/overview.tsx'
import { nodePage } from './nodes/page.tsx'
import type { KindPage } from './page.ts'
import { podPage } from './pods/page.tsx'
import { definitionPage } from './definitions/page.tsx'
import { policyPage } from './networkpolicies/page.tsx'
import { configMapPage, secretPage } from './secrets/page.tsx'
import { servicePage } from './services/page.tsx'
import { workloadPages } from './workloads/page.tsx'

const declared: Record<string, unknown> = {
  pods: podPage,
  nodes: nodePage,
  namespaces: namespacePage,
  resourcequotas: quotaPage,
  limitranges: limitRangePage,
  services: servicePage,
  secrets: secretPage,
  configmaps: configMapPage,
  'networkpolicies.networking.k8s.io': policyPage,
  'customresourcedefinitions.apiextensions.k8s.io': definitionPage,
  serviceaccounts: serviceAccountPage,
  persistentvolumeclaims: claimPage,
  persistentvolumes: volumePage,
  events: eventPage,
  'endpointslices.discovery.k8s.io': endpointSlicePage,
  'ingresses.networking.k8s.io': ingressPage,
  'horizontalpodautoscalers.autoscaling': autoscalerPage,
  'poddisruptionbudgets.policy': budgetPage,
  'leases.coordination.k8s.io': leasePage,
  'storageclasses.storage.k8s.io': storageClassPage,
  'certificatesigningrequests.certificates.k8s.io': signingRequestPage,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooksPage,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooksPage,
  ...policyPages,
  ...gatewayPages,
  ...priorityPages,
  ...workloadPages,
  ...rbacPages,
}

/**
 * The written pages by resource key: what the window reads. `kinds.ts` has their views once more, since the feed worker loads no
 * components. Each page is only ever given objects of its own kind, which the types cannot say.
 */
export const pages = declared as Record<string, KindPage>

const generic: KindPage = { Overview: GenericOverview }

export const pageOf = (key: string): KindPage => (Object.hasOwn(pages, key) ? pages[key] : undefined) ?? generic
