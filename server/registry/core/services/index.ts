import { defaultService, validateService, validateServiceStatus } from '../../../apis/core/v1/service.ts'
import { dropFieldsOfOldType, validateServiceUpdate } from '../../../apis/core/v1/service-update.ts'
import { completeOldService } from '../../../apis/core/v1/service-normalize.ts'
import { NONE, type Service } from '../../../apis/core/v1/service-types.ts'
import { validateObjectMetaUpdate } from '../../../apis/meta/v1/validation.ts'
import { copyJson } from '../../../machinery/copy-json.ts'
import { nameIsLabel } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { BuiltInKind } from '../../definition.ts'
import { onOwnAccount, type Strategy, type StrategyContext } from '../../generic/strategy.ts'
import { allocateForCreate, allocateForUpdate, releaseAll, type ServiceAllocators } from './allocation.ts'
import { serviceTable } from './table.ts'

const asService = (obj: KubeObject): Service => obj as unknown as Service

const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints'

/** What a client should know though it is accepted (api/service GetWarningsForService). */
function warn(service: Service, ctx: StrategyContext): void {
  const { spec, metadata } = service
  if (metadata.annotations?.[TOPOLOGY_HINTS] !== undefined) {
    ctx.warn(`annotation ${TOPOLOGY_HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`)
  }
  const external = (spec.externalIPs?.length ?? 0) > 0
  const headless = spec.type === 'ClusterIP' && spec.clusterIP === NONE
  if (headless) {
    if (spec.loadBalancerIP) ctx.warn('spec.loadBalancerIP is ignored for headless services')
    if (external) ctx.warn('spec.externalIPs is ignored for headless services')
    if (spec.sessionAffinity !== 'None') ctx.warn('spec.SessionAffinity is ignored for headless services')
  }
  const named = spec.type === 'ExternalName'
  if (external && !headless && !named) ctx.warn('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  if (external && named) ctx.warn('spec.externalIPs is ignored when spec.type is "ExternalName"')
  if (!named && spec.externalName) ctx.warn('spec.externalName is ignored when spec.type is not "ExternalName"')
  if (spec.trafficDistribution === 'PreferClose') ctx.warn('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
}

export interface ServiceDependencies {
  readonly allocators: ServiceAllocators
}

function strategy(deps: ServiceDependencies): Strategy {
  return {
    nameOnCreateOnly: true,
    allowCreateOnUpdate: true,
    returnDeletedObject: true,
    // RelaxedServiceNameValidation: a DNS-1123 label.
    nameErrors: nameIsLabel,
    default: (obj) => defaultService(asService(obj)),
    defaultOnRead: (obj) => completeOldService(asService(obj), deps.allocators.families[0]!),

    prepareForCreate(obj, ctx) {
      asService(obj).status = { loadBalancer: {} }
      warn(asService(obj), ctx)
    },
    validate: (obj) => validateService(asService(obj)),

    prepareForUpdate(obj, old, ctx) {
      dropFieldsOfOldType(asService(obj), asService(old))
      warn(asService(obj), ctx)
    },
    validateUpdate: (obj, old) => validateServiceUpdate(asService(obj), asService(old)),

    prepareForStatusUpdate(obj, old) {
      asService(obj).spec = asService(old).spec
      defaultService(asService(obj))
    },
    validateStatusUpdate: (obj, old) => [
      ...validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata'),
      ...validateServiceStatus(asService(obj), asService(old)),
    ],

    // Upstream keeps it in storage and drops it whenever the service is read.
    canonicalize(obj) {
      if (asService(obj).spec.type === 'ExternalName') delete asService(obj).spec.internalTrafficPolicy
    },

    // What is taken belongs to the service, not to the user: the IPAddress objects are the server's own.
    beginCreate: (obj, ctx) => allocateForCreate(deps.allocators, asService(obj), onOwnAccount(ctx)),
    beginUpdate: (obj, old, ctx) => allocateForUpdate(deps.allocators, asService(obj), copyJson(asService(old)), onOwnAccount(ctx)),
    afterDelete: (obj, ctx) => releaseAll(deps.allocators, copyJson(asService(obj)), onOwnAccount(ctx)),
  }
}

export const services = (deps: ServiceDependencies): BuiltInKind => ({
  group: '',
  resource: 'services',
  strategy: strategy(deps),
  selectableFields: {
    'spec.clusterIP': (o) => asService(o).spec.clusterIP ?? '',
    'spec.type': (o) => asService(o).spec.type ?? '',
  },
  table: serviceTable,
  storage: { prefix: 'services/specs' },
})
