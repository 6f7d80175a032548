import type { Authenticator } from '../authn/contract.ts'
import type { Authorizer } from '../authz/contract.ts'
import { mutatingadmissionpolicies } from '../registry/admissionregistration/mutatingadmissionpolicies.ts'
import { mutatingadmissionpolicybindings } from '../registry/admissionregistration/mutatingadmissionpolicybindings.ts'
import { mutatingwebhookconfigurations } from '../registry/admissionregistration/mutatingwebhookconfigurations.ts'
import { validatingadmissionpolicies } from '../registry/admissionregistration/validatingadmissionpolicies.ts'
import { validatingadmissionpolicybindings } from '../registry/admissionregistration/validatingadmissionpolicybindings.ts'
import { validatingwebhookconfigurations } from '../registry/admissionregistration/validatingwebhookconfigurations.ts'
import { customresourcedefinitions } from '../registry/apiextensions/customresourcedefinitions.ts'
import { apiservices } from '../registry/apiregistration/apiservices.ts'
import { controllerrevisions } from '../registry/apps/controllerrevisions.ts'
import { daemonsets } from '../registry/apps/daemonsets.ts'
import { deployments } from '../registry/apps/deployments.ts'
import { replicasets } from '../registry/apps/replicasets.ts'
import { statefulsets } from '../registry/apps/statefulsets.ts'
import type { ServiceAccountTokens } from '../authn/service-account.ts'
import { authenticationReviews } from '../registry/authentication/reviews.ts'
import { admittedReview } from '../registry/review.ts'
import { accessReviews } from '../registry/authorization/reviews.ts'
import { horizontalpodautoscalers } from '../registry/autoscaling/horizontalpodautoscalers.ts'
import { cronjobs } from '../registry/batch/cronjobs.ts'
import { jobs } from '../registry/batch/jobs.ts'
import { certificatesigningrequests } from '../registry/certificates/certificatesigningrequests.ts'
import type { RequestedDurations } from '../registry/certificates/requested-durations.ts'
import { clustertrustbundles } from '../registry/certificates/clustertrustbundles.ts'
import { podcertificaterequests } from '../registry/certificates/podcertificaterequests.ts'
import { leases } from '../registry/coordination/leases.ts'
import { bindings } from '../registry/core/bindings.ts'
import { componentstatuses, type ComponentCheck } from '../registry/core/componentstatuses.ts'
import { configmaps } from '../registry/core/configmaps.ts'
import { endpoints } from '../registry/core/endpoints.ts'
import { events } from '../registry/core/events.ts'
import { limitranges } from '../registry/core/limitranges.ts'
import { namespaces } from '../registry/core/namespaces.ts'
import { nodes } from '../registry/core/nodes/index.ts'
import { persistentvolumeclaims } from '../registry/core/persistentvolumeclaims.ts'
import { persistentvolumes } from '../registry/core/persistentvolumes.ts'
import { eviction } from '../registry/core/pods/eviction.ts'
import { pods } from '../registry/core/pods/index.ts'
import { podtemplates } from '../registry/core/podtemplates.ts'
import { replicationcontrollers } from '../registry/core/replicationcontrollers.ts'
import { resourcequotas } from '../registry/core/resourcequotas.ts'
import { secrets } from '../registry/core/secrets.ts'
import { serviceaccounts } from '../registry/core/serviceaccounts/index.ts'
import type { TokenExpiration } from '../registry/core/serviceaccounts/token.ts'
import { services, type ServiceDependencies } from '../registry/core/services/index.ts'
import type { BuiltInKind, UnstoredDefinition } from '../registry/definition.ts'
import { endpointslices } from '../registry/discovery/endpointslices.ts'
import { eventsInEventsGroup } from '../registry/events/events.ts'
import { flowschemas } from '../registry/flowcontrol/flowschemas.ts'
import { prioritylevelconfigurations } from '../registry/flowcontrol/prioritylevelconfigurations.ts'
import type { ServedResource, Subresource } from '../registry/generic/resource.ts'
import type { Store } from '../registry/generic/store.ts'
import { ingressclasses } from '../registry/networking/ingressclasses.ts'
import { ingresses } from '../registry/networking/ingresses.ts'
import { ipaddresses } from '../registry/networking/ipaddresses.ts'
import { networkpolicies } from '../registry/networking/networkpolicies.ts'
import { servicecidrs } from '../registry/networking/servicecidrs.ts'
import { runtimeclasses } from '../registry/node/runtimeclasses.ts'
import { poddisruptionbudgets } from '../registry/policy/poddisruptionbudgets.ts'
import { clusterrolebindings } from '../registry/rbac/clusterrolebindings.ts'
import { clusterroles } from '../registry/rbac/clusterroles.ts'
import { rolebindings } from '../registry/rbac/rolebindings.ts'
import { roles } from '../registry/rbac/roles.ts'
import { deviceclasses } from '../registry/resource/deviceclasses.ts'
import { devicetaintrules } from '../registry/resource/devicetaintrules.ts'
import { resourceclaims } from '../registry/resource/resourceclaims.ts'
import { resourceclaimtemplates } from '../registry/resource/resourceclaimtemplates.ts'
import { resourceslices } from '../registry/resource/resourceslices.ts'
import { priorityclasses } from '../registry/scheduling/priorityclasses.ts'
import { csidrivers } from '../registry/storage/csidrivers.ts'
import { csinodes } from '../registry/storage/csinodes.ts'
import { csistoragecapacities } from '../registry/storage/csistoragecapacities.ts'
import { storageclasses } from '../registry/storage/storageclasses.ts'
import { volumeattachments } from '../registry/storage/volumeattachments.ts'
import { volumeattributesclasses } from '../registry/storage/volumeattributesclasses.ts'
import { storageversionmigrations } from '../registry/storagemigration/storageversionmigrations.ts'

/** What the composition root has and kinds need. */
export interface KindDependencies {
  /** Subresources that are answered by a kubelet or through a proxy. */
  connect: Readonly<Record<'pods' | 'nodes' | 'services', Readonly<Record<string, Subresource>>>>
  services: ServiceDependencies
  /** Undefined when the server has no key to sign with. */
  tokens: ServiceAccountTokens | undefined
  tokenExpiration?: TokenExpiration | undefined
  /** Of a token request; a UID in it says nothing. */
  ignoresTokenUid: boolean
  /** Looked up when requests come, by `resource.group`. */
  store(resource: string): Store
  /** Asked about what a request needs beside the right to it. */
  authorize: Authorizer['authorize']
  eventTtlSeconds: number
  /** Told of what signers make of requests. */
  requestedDurations: RequestedDurations
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
    serviceaccounts({ tokens: deps.tokens, tokenExpiration: deps.tokenExpiration, ignoresUid: deps.ignoresTokenUid, store }),
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
    certificatesigningrequests(deps.requestedDurations),
    clustertrustbundles,
    podcertificaterequests,
    deviceclasses,
    devicetaintrules,
    resourceclaims(deps),
    resourceclaimtemplates(deps),
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
