import type { Authenticator } from '../authn/contract.ts'
import type { Authorizer } from '../authz/contract.ts'
import { mutatingadmissionpolicies } from './admissionregistration/mutatingadmissionpolicies.ts'
import { mutatingadmissionpolicybindings } from './admissionregistration/mutatingadmissionpolicybindings.ts'
import { mutatingwebhookconfigurations } from './admissionregistration/mutatingwebhookconfigurations.ts'
import { validatingadmissionpolicies } from './admissionregistration/validatingadmissionpolicies.ts'
import { validatingadmissionpolicybindings } from './admissionregistration/validatingadmissionpolicybindings.ts'
import { validatingwebhookconfigurations } from './admissionregistration/validatingwebhookconfigurations.ts'
import { customresourcedefinitions } from './apiextensions/customresourcedefinitions.ts'
import { apiservices } from './apiregistration/apiservices.ts'
import { controllerrevisions } from './apps/controllerrevisions.ts'
import { daemonsets } from './apps/daemonsets.ts'
import { deployments } from './apps/deployments.ts'
import { replicasets } from './apps/replicasets.ts'
import { statefulsets } from './apps/statefulsets.ts'
import type { ServiceAccountTokens } from '../authn/service-account.ts'
import { authenticationReviews } from './authentication/reviews.ts'
import { admittedReview } from './review.ts'
import { accessReviews } from './authorization/reviews.ts'
import { horizontalpodautoscalers } from './autoscaling/horizontalpodautoscalers.ts'
import { cronjobs } from './batch/cronjobs.ts'
import { jobs } from './batch/jobs.ts'
import { certificatesigningrequests } from './certificates/certificatesigningrequests.ts'
import { clustertrustbundles } from './certificates/clustertrustbundles.ts'
import { podcertificaterequests } from './certificates/podcertificaterequests.ts'
import { leases } from './coordination/leases.ts'
import { bindings } from './core/bindings.ts'
import { componentstatuses, type ComponentCheck } from './core/componentstatuses.ts'
import { configmaps } from './core/configmaps.ts'
import { endpoints } from './core/endpoints.ts'
import { events } from './core/events.ts'
import { limitranges } from './core/limitranges.ts'
import { namespaces } from './core/namespaces.ts'
import { nodes } from './core/nodes/index.ts'
import { persistentvolumeclaims } from './core/persistentvolumeclaims.ts'
import { persistentvolumes } from './core/persistentvolumes.ts'
import { eviction } from './core/pods/eviction.ts'
import { pods } from './core/pods/index.ts'
import { podtemplates } from './core/podtemplates.ts'
import { replicationcontrollers } from './core/replicationcontrollers.ts'
import { resourcequotas } from './core/resourcequotas.ts'
import { secrets } from './core/secrets.ts'
import { serviceaccounts } from './core/serviceaccounts/index.ts'
import type { TokenExpiration } from './core/serviceaccounts/token.ts'
import { services, type ServiceDependencies } from './core/services/index.ts'
import type { BuiltInKind, UnstoredDefinition } from './definition.ts'
import { endpointslices } from './discovery/endpointslices.ts'
import { eventsInEventsGroup } from './events/events.ts'
import { flowschemas } from './flowcontrol/flowschemas.ts'
import { prioritylevelconfigurations } from './flowcontrol/prioritylevelconfigurations.ts'
import type { ServedResource, Subresource } from './generic/resource.ts'
import type { Store } from './generic/store.ts'
import { ingressclasses } from './networking/ingressclasses.ts'
import { ingresses } from './networking/ingresses.ts'
import { ipaddresses } from './networking/ipaddresses.ts'
import { networkpolicies } from './networking/networkpolicies.ts'
import { servicecidrs } from './networking/servicecidrs.ts'
import { runtimeclasses } from './node/runtimeclasses.ts'
import { poddisruptionbudgets } from './policy/poddisruptionbudgets.ts'
import { clusterrolebindings } from './rbac/clusterrolebindings.ts'
import { clusterroles } from './rbac/clusterroles.ts'
import { rolebindings } from './rbac/rolebindings.ts'
import { roles } from './rbac/roles.ts'
import { deviceclasses } from './resource/deviceclasses.ts'
import { devicetaintrules } from './resource/devicetaintrules.ts'
import { resourceclaims } from './resource/resourceclaims.ts'
import { resourceclaimtemplates } from './resource/resourceclaimtemplates.ts'
import { resourceslices } from './resource/resourceslices.ts'
import { priorityclasses } from './scheduling/priorityclasses.ts'
import { csidrivers } from './storage/csidrivers.ts'
import { csinodes } from './storage/csinodes.ts'
import { csistoragecapacities } from './storage/csistoragecapacities.ts'
import { storageclasses } from './storage/storageclasses.ts'
import { volumeattachments } from './storage/volumeattachments.ts'
import { volumeattributesclasses } from './storage/volumeattributesclasses.ts'
import { storageversionmigrations } from './storagemigration/storageversionmigrations.ts'

/** What the composition root has and kinds need. */
export interface KindDependencies {
  /** Subresources that are answered by a kubelet or through a proxy. */
  connect: Readonly<Record<'pods' | 'nodes' | 'services', Readonly<Record<string, Subresource>>>>
  services: ServiceDependencies
  /** Undefined when the server has no key to sign with. */
  tokens: ServiceAccountTokens | undefined
  tokenExpiration?: TokenExpiration | undefined
  /** Looked up when requests come, by `resource.group`. */
  store(resource: string): Store
  eventTtlSeconds: number
}

/** Every built-in kind that has more to it than its schema. The rest of the API is served from the facts table alone. */
export function builtInKinds(deps: KindDependencies): BuiltInKind[] {
  const { connect, store } = deps
  return [
    configmaps,
    endpoints,
    events(deps.eventTtlSeconds),
    limitranges,
    namespaces,
    withSubresources(nodes, connect.nodes),
    persistentvolumeclaims,
    persistentvolumes,
    withSubresources(pods, { ...connect.pods, eviction: eviction(() => store('poddisruptionbudgets.policy')) }),
    podtemplates,
    replicationcontrollers,
    resourcequotas,
    secrets,
    serviceaccounts({ tokens: deps.tokens, tokenExpiration: deps.tokenExpiration, store }),
    withSubresources(services(deps.services), connect.services),
    controllerrevisions,
    daemonsets,
    deployments,
    replicasets,
    statefulsets,
    cronjobs,
    jobs,
    horizontalpodautoscalers,
    poddisruptionbudgets,
    ingressclasses,
    ingresses,
    ipaddresses,
    networkpolicies,
    servicecidrs,
    clusterrolebindings,
    clusterroles,
    rolebindings,
    roles,
    csidrivers,
    csinodes,
    csistoragecapacities,
    storageclasses,
    volumeattachments,
    volumeattributesclasses,
    priorityclasses,
    runtimeclasses,
    leases,
    endpointslices,
    eventsInEventsGroup,
    mutatingadmissionpolicies,
    mutatingadmissionpolicybindings,
    mutatingwebhookconfigurations,
    validatingadmissionpolicies,
    validatingadmissionpolicybindings,
    validatingwebhookconfigurations,
    customresourcedefinitions,
    apiservices,
    flowschemas,
    prioritylevelconfigurations,
    certificatesigningrequests,
    clustertrustbundles,
    podcertificaterequests,
    deviceclasses,
    devicetaintrules,
    resourceclaims,
    resourceclaimtemplates,
    resourceslices,
    storageversionmigrations,
  ]
}

const withSubresources = (kind: BuiltInKind, more: Readonly<Record<string, Subresource>>): BuiltInKind => ({
  ...kind,
  subresources: { ...kind.subresources, ...more },
})

export interface UnstoredKindDependencies {
  authorizer: Authorizer
  authenticator: Authenticator
  /** Whom tokens are for that are for this API server. */
  audiences: readonly string[]
  /** Asked when a binding is posted. */
  pods(): ServedResource
  /** Components that componentstatuses shows, by name; may grow. */
  components: ReadonlyMap<string, ComponentCheck>
}

/** Kinds of which nothing is stored. */
export function unstoredKinds(deps: UnstoredKindDependencies): UnstoredDefinition[] {
  const { authorizer, authenticator, audiences, pods, components } = deps
  const reviews = [...accessReviews(authorizer), ...authenticationReviews({ authenticator, audiences })]
  return [bindings(pods), componentstatuses(components), ...reviews.map(admittedReview)]
}
