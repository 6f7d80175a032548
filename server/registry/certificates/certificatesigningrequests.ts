import { validateSigningRequest, validateSigningRequestUpdate } from '../../apis/certificates/v1/certificatesigningrequest.ts'
import { validateObjectMetaUpdate } from '../../apis/meta/v1/validation.ts'
import type { FieldError } from '../../machinery/field-errors.ts'
import { formatTime } from '../../machinery/clock.ts'
import type { KubeObject, ObjectMeta } from '../../machinery/types.ts'
import { wholeObject } from '../generic/subresources.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy, StrategyContext } from '../generic/strategy.ts'
import type { UpdateRules } from '../generic/update-rules.ts'
import { requestTable } from './certificatesigningrequest-table.ts'
import type { RequestedDurations } from './requested-durations.ts'

/** Requests for certificates: who asks is what authentication says (registry/certificates). */
interface RequestCondition {
  type?: string
  status?: string
  reason?: string
  message?: string
  lastUpdateTime?: string | null
  lastTransitionTime?: string | null
}

interface SigningRequest {
  metadata: ObjectMeta
  spec: {
    request?: string
    signerName?: string
    usages?: string[]
    username?: string
    uid?: string
    groups?: string[]
    extra?: Record<string, string[]>
  }
  status?: { conditions?: RequestCondition[]; certificate?: string }
}

const requestOf = (obj: KubeObject): SigningRequest => obj as unknown as SigningRequest
const DECISIONS = ['Approved', 'Denied']
const conditionsOf = (r: SigningRequest): RequestCondition[] => r.status?.conditions ?? []

function setRequester(r: SigningRequest, { user }: StrategyContext): void {
  const { spec } = r
  spec.username = user.name
  spec.groups = [...user.groups]
  if (user.uid === undefined) delete spec.uid
  else spec.uid = user.uid
  if (user.extra === undefined) delete spec.extra
  else spec.extra = Object.fromEntries(Object.entries(user.extra).map(([k, v]) => [k, [...v]]))
}

function fillTimes(r: SigningRequest, old: SigningRequest, now: string): void {
  const keyOf = ({ type, status }: RequestCondition): string => JSON.stringify([type, status])
  // Of equal ones the first counts.
  const before = new Map(
    conditionsOf(old)
      .toReversed()
      .map((c) => [keyOf(c), c]),
  )
  for (const c of conditionsOf(r)) {
    c.lastUpdateTime ??= now
    c.lastTransitionTime ??= before.get(keyOf(c))?.lastTransitionTime ?? now
  }
}

const validated = (obj: KubeObject, old: KubeObject, may: 'decide' | 'certify' | 'neither'): FieldError[] => [
  ...validateSigningRequestUpdate(obj, old, may),
  ...validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata'),
]

const strategy: Strategy = {
  nameErrors: () => [],
  fieldScopes: {
    '': { resets: ['spec', 'status'] },
    status: { resets: ['spec', 'status.conditions'] },
    approval: { resets: ['spec', 'status.certificate'] },
  },
  default: (obj) => void (obj.status ??= {}),
  prepareForCreate(obj, ctx) {
    setRequester(requestOf(obj), ctx)
    obj.status = {}
  },
  validate: (obj) => validateSigningRequest(obj, undefined),
  prepareForUpdate: (obj, old) => void (obj.spec = old.spec),
  validateUpdate: (obj, old) => validated(obj, old, 'neither'),
  // A signer adds the certificate; what was decided stays as it is.
  prepareForStatusUpdate(obj, old, ctx) {
    obj.spec = old.spec
    const r = requestOf(obj)
    for (const type of DECISIONS) {
      const before = conditionsOf(requestOf(old)).filter((c) => c.type === type)
      const now = conditionsOf(r).filter((c) => c.type === type)
      if (before.length === now.length) now.forEach((c, i) => Object.assign(c, before[i]))
    }
    fillTimes(r, requestOf(old), formatTime(ctx.clock.now()))
  },
  validateStatusUpdate: (obj, old) => validated(obj, old, 'certify'),
}

const approval: UpdateRules = {
  subresource: 'approval',
  prepare(obj, old, ctx) {
    const r = requestOf(obj)
    fillTimes(r, requestOf(old), formatTime(ctx.clock.now()))
    obj.spec = old.spec
    const { conditions: _, ...rest } = (old.status ?? {}) as NonNullable<SigningRequest['status']>
    const conditions = conditionsOf(r)
    obj.status = { ...rest, ...(conditions.length > 0 ? { conditions } : {}) }
  },
  validate: (obj, old) => validated(obj, old, 'decide'),
}

export const certificatesigningrequests = ({ beginStatusUpdate }: RequestedDurations): BuiltInKind => ({
  group: 'certificates.k8s.io',
  resource: 'certificatesigningrequests',
  strategy: { ...strategy, beginStatusUpdate },
  selectableFields: { 'spec.signerName': (o) => requestOf(o).spec.signerName ?? '' },
  table: requestTable,
  subresources: {
    approval: wholeObject({ group: 'certificates.k8s.io', version: 'v1', kind: 'CertificateSigningRequest' }, () => approval),
  },
})
